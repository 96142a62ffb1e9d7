"""Runs `python -m bridge …` as a process of its own, with an environment of the test's choosing."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.environment import base_environment


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer of a command that was asked for JSON."""
        return json.loads(self.out)


def bridge(*arguments: object, env: Mapping[str, str]) -> Answer:
    """Run one command to its end."""
    ran = subprocess.run(
        [sys.executable, "-m", "bridge", *map(str, arguments)],
        env={**base_environment(), **env},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return Answer(ran.returncode, ran.stdout, ran.stderr)


def succeed(*arguments: object, env: Mapping[str, str]) -> Any:
    """Run one command that must succeed and return its JSON answer."""
    answer = bridge(*arguments, "--json", env=env)
    assert answer.code == 0, answer.err
    return answer.json


def at_a_terminal(*arguments: object, env: Mapping[str, str]) -> Answer:
    """Run one command whose stderr is a terminal; `err` is what a person saw there."""
    terminal, theirs = pty.openpty()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "bridge", *map(str, arguments)],
            env={**base_environment(), **env, "TERM": "xterm", "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=100,
            check=False,
        )
    finally:
        os.close(theirs)
    seen = os.read(terminal, 65536).decode(errors="replace")  # The buffer may end within a character.
    os.close(terminal)
    return Answer(ran.returncode, ran.stdout.decode(), seen)
