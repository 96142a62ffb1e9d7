"""`make demo`: the story is told to its end, or it says where and why it is not; nothing stays."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from local.demo import worth_reading
from local.environment import base_environment
from local.narration import Narrator, StoryError
from local.programs import ROOT


@pytest.fixture
def narrator():
    return Narrator(Console(quiet=True))


def run_demo(folder: Path, **settings: str) -> subprocess.CompletedProcess:
    """Run the demo with a temp folder of its own, so that what it leaves is seen."""
    return subprocess.run(
        [sys.executable, "-m", "local", "demo"],
        cwd=ROOT,
        env=base_environment(TMPDIR=str(folder), **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def left_by(folder: Path) -> list[psutil.Process]:
    """Return the processes that still work in the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join((*process.cmdline(), *process.environ().values())):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="jafarshop-test-demo-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def test_the_whole_story_is_told_and_nothing_stays(folder):
    done = run_demo(folder)

    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("INCOMPLETE_CAUTION", "replay", "custom line", "TRACK123456780", "COMPLETE", "204"):
        assert words in done.stdout
    assert list(folder.iterdir()) == []
    assert left_by(folder) == []


def test_a_story_that_fails_says_why_and_keeps_its_logs(folder):
    done = run_demo(folder, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert done.returncode == 1
    assert "The demo failed:" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    (kept,) = folder.iterdir()
    assert (kept / "logs").is_dir()
    assert left_by(folder) == []


def test_a_sentence_that_is_not_so_ends_the_story(narrator):
    with pytest.raises(StoryError, match=r"(?s)There is one order.*expected: 1.*found: +2"):
        narrator.proves("There is one order", 2, 1)


def test_what_is_awaited_in_vain_is_shown_as_it_was_last_seen(narrator):
    with pytest.raises(StoryError, match=r"(?s)It is delivered.*last seen: UNFULFILLED"):
        narrator.awaits("It is delivered", lambda: False, seconds=0, last_seen=lambda: "UNFULFILLED")


@pytest.mark.parametrize(
    ("because", "said", "shown"),
    [
        (
            "what went well is not what one looks for",
            {"level": "info", "event": "request", "status": 200},
            False,
        ),
        ("a refusal is", {"level": "info", "event": "request", "status": 422}, True),
        ("an error is", {"level": "error", "event": "push failed"}, True),
    ],
)
def test_the_logs_that_are_shown_are_those_worth_reading(because, said, shown):
    routine = json.dumps({"level": "info", "event": "beat"})
    line = json.dumps(said)

    lines = worth_reading(["Traceback (most recent call last):", line, *[routine] * 10])

    assert (line in lines) == shown
    assert routine not in lines


def test_a_log_without_anything_remarkable_is_shown_by_its_end():
    routine = [json.dumps({"level": "info", "event": str(number)}) for number in range(9)]

    assert worth_reading(routine) == routine[-5:]
