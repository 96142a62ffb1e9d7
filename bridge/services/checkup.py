"""A checkup: every check is made, one after the other, each within its time, whatever became of the others."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from bridge.domain.errors import BridgeError

# Longer than a call to Shopify with the wait for its budget, 20 s and 10 s unless somebody set them.
CHECK_SECONDS = 35.0


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, in a sentence for an operator; no secret is in it."""

    name: str
    state: State
    said: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    :ivar needs: names of earlier checks without which this one cannot be made; it is made if they only warned
    :ivar look: returns what it found; an error it raises is a failure, with the error's sentence
    """

    name: str
    look: Callable[[], Sequence[Finding]]
    needs: Sequence[str] = ()


def ok(name: str, said: str) -> list[Finding]:
    return [Finding(name, State.OK, said)]


def warned(name: str, said: str) -> list[Finding]:
    return [Finding(name, State.WARNING, said)]


def failed(name: str, said: str) -> list[Finding]:
    return [Finding(name, State.FAILED, said)]


def check_up(checks: Sequence[Check], *, seconds: float = CHECK_SECONDS) -> Iterator[Finding]:
    """Yield what each check finds, as soon as it is known.

    :param seconds: for one check; one that takes longer has failed, and nobody waits for it any more
    """
    broken: set[str] = set()
    for check in checks:
        missing = [name for name in check.needs if name in broken]
        if missing:
            findings: Sequence[Finding] = [
                Finding(check.name, State.NOT_CHECKED, f"needs {', '.join(missing)}")
            ]
        else:
            findings = _look(check, seconds)
        if any(finding.state in (State.FAILED, State.NOT_CHECKED) for finding in findings):
            broken.add(check.name)
        yield from findings


def _look(check: Check, seconds: float) -> Sequence[Finding]:
    answer: Future[Sequence[Finding]] = Future()
    # What hangs must not hold the rest, nor the end of this process.
    threading.Thread(target=_run, args=(check, answer), daemon=True).start()
    try:
        return answer.result(seconds)
    except TooLate:
        return failed(check.name, f"no answer within {seconds:g} s")
    except BridgeError as error:
        return failed(check.name, error.message)
    except SQLAlchemyError as error:
        # The driver's first line names host and port, never the password; SQLAlchemy's own quotes the statement.
        said = str(getattr(error, "orig", None) or type(error).__name__).strip()
        return failed(check.name, said.splitlines()[0])
    except Exception as error:  # noqa: BLE001  whatever it is, the other checks go on
        return failed(check.name, f"{type(error).__name__}: {error}")


def _run(check: Check, answer: "Future[Sequence[Finding]]") -> None:
    try:
        answer.set_result(check.look())
    except Exception as error:  # noqa: BLE001  whoever waits raises it
        answer.set_exception(error)
