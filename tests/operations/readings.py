"""Reads what `/metrics` says as Prometheus would."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families


class Readings:
    """One scrape; a sample is found by its name and all of its labels."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float | None:
        """Return one sample; None when there is none."""
        return self.samples.get((name, frozenset(labels.items())))

    def each(self, name: str) -> Mapping[tuple[str, ...], float]:
        """Return every sample of this name by its labels' values, in the order of the labels' names."""
        return {
            tuple(value for _, value in sorted(labels)): value
            for (found, labels), value in self.samples.items()
            if found == name
        }
