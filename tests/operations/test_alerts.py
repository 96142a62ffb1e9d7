"""The alerts watch metrics that there are, and the guide explains each of them."""

import re
from pathlib import Path

from tests.operations.conftest import scrape

DOCS = Path(__file__).parent.parent.parent / "docs"
ALERTS = (DOCS / "alerts.yaml").read_text()
# A histogram's and a counter's samples are named after it.
_OF_A_FAMILY = re.compile(r"_(bucket|sum|count)$")


def test_every_metric_that_an_alert_watches_is_there(app):
    watched = {_OF_A_FAMILY.sub("", name) for name in re.findall(r"\bbridge_\w+", ALERTS)}
    there = set(re.findall(r"^# TYPE (\w+)", scrape(app).text, re.MULTILINE))

    assert watched - there == set()


def test_every_alert_is_explained():
    alerts = set(re.findall(r"alert: (\w+)", ALERTS))
    guide = (DOCS / "operations.md").read_text()

    assert set(re.findall(r"\bBridge\w+", guide)) == alerts
    assert len(alerts) > 10
