"""`python -m bridge ...` as an operator runs it, with its JSON read."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping

from local import stopping
from local.programs import ROOT

_LOOK_SECONDS = 0.05


class BridgeCommandError(RuntimeError):
    """The command ended with an error; the message is what it said."""


def bridge(env: Mapping[str, str], *arguments: str, seconds: float = 120) -> object:
    """Run one command with `--json` and return what it printed, None when it printed nothing.

    :param env: the whole environment of the command
    :raises BridgeCommandError: it ended with an error or not in time
    :raises Stopping: somebody asked us to stop meanwhile
    """
    words = " ".join(("python -m bridge", *arguments))
    with subprocess.Popen(
        [sys.executable, "-m", "bridge", *arguments, "--json"],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        deadline = time.monotonic() + seconds
        while True:
            try:
                output, errors = command.communicate(timeout=_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                try:
                    stopping.check()
                    if time.monotonic() > deadline:
                        raise BridgeCommandError(f"{words}: not done in {seconds:g} s") from None
                except BaseException:
                    command.kill()
                    raise
    if command.returncode:
        raise BridgeCommandError(f"{words}: {_reason(errors or output)}")
    return json.loads(output) if output.strip() else None


def _reason(said: str) -> str:
    """Return the sentences of an error that was told as JSON, or what was said as it is."""
    try:
        told = json.loads(said.strip().splitlines()[-1])
        return "; ".join([told["error"], *map(str, told.get("problems", ()))])
    except (ValueError, LookupError, TypeError, AttributeError):
        return said.strip()
