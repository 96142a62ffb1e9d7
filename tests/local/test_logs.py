"""The logs of all processes in one stream, for a person."""

import io
import json

import pytest

from local.logs import MergedLogs, as_a_person_reads
from tests.support.waiting import await_until


def line(**said):
    return json.dumps({"timestamp": "2026-11-21T23:49:07.530604Z", "level": "info"} | said)


@pytest.mark.parametrize(
    ("because", "written", "shown"),
    [
        ("time, event, details", line(event="pushed", order_id="7"), "23:49:07 pushed order_id=7"),
        ("a warning is called so", line(event="late", level="warning"), "23:49:07 WARNING late"),
        ("the clock ticks unheard", line(event="Sending due task dispatch (work.dispatch)"), ""),
        ("but not when it fails", line(event="Task work.dispatch raised", level="error"),
         "23:49:07 ERROR Task work.dispatch raised"),
        ("what is no JSON is shown as it is", "LOG:  database system is ready", None),
        ("nor is any other JSON", '["a list"]', None),
    ],
)  # fmt: skip
def test_a_log_line_is_told_as_a_person_reads(because, written, shown):
    assert as_a_person_reads(written) == (written if shown is None else shown)


def test_new_lines_of_every_log_appear_with_the_name_of_who_wrote_them(tmp_path):
    terminal = io.StringIO()
    web, worker = tmp_path / "web.log", tmp_path / "worker.log"
    web.write_text("before\n")
    merged = MergedLogs({"web": web, "worker": worker}, to=terminal)
    merged.start()

    with web.open("a") as opened:
        opened.write("after\nhalf")
    worker.write_text("ready\n")
    await_until(lambda: "ready" in terminal.getvalue())
    merged.stop()

    assert sorted(terminal.getvalue().splitlines()) == ["web    | after", "worker | ready"]


def test_a_terminal_that_is_gone_stops_nothing(tmp_path):
    class Gone(io.StringIO):
        def write(self, _text):
            raise OSError("nobody reads this")

    log = tmp_path / "log"
    merged = MergedLogs({"web": log}, to=Gone())
    merged.start()
    log.write_text("a line\n")

    await_until(lambda: not merged.is_following())
    merged.stop()
