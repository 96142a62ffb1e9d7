"""How long a fault took to be over: tests record it, `pytest --recovery` prints it as docs/reliability.md shows it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PROPERTY = "recovery_seconds"
# What `record_property` of pytest is.
Record = Callable[[str, object], None]


@contextmanager
def measured(record: Record) -> Iterator[None]:
    """Record the seconds from the end of a fault until what it held up is done."""
    began = time.monotonic()
    yield
    record(PROPERTY, round(time.monotonic() - began, 1))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--recovery", action="store_true", help="print how long recovery from each fault took")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.getoption("--recovery"):
        return
    terminalreporter.section("seconds until a fault was over")
    for report in terminalreporter.stats.get("passed", []):
        for name, seconds in report.user_properties:
            if name == PROPERTY:
                terminalreporter.line(f"{seconds:6.1f}  {report.nodeid}")
