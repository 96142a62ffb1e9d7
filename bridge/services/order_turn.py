"""One job's turn at one order: its lock, its lease, and what becomes of an error (ADR 0005 and 0006).

Push, confirm, close and close-lines all talk to Shopify about an order, and never two of them at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.db import Database, Lock, clock
from bridge.domain.errors import BridgeError, PutOff, Refused, ShopError, ShopRefused
from bridge.domain.retries import PUSH, RetryPolicy
from bridge.models import Order
from bridge.services import due_work
from bridge.services.move_order import record_event

# How long a call may wait for the rate budget before it gives up as throttled (decision 37).
BUDGET_SECONDS = 10
# Another job has the order for the length of a call or two.
_TAKEN_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take, in seconds: a lease, one whole call to Shopify, and the time after which a draft
    of unknown outcome is believed not to be there (decision 31). In hours: how long a draft that waits for its
    confirmation holds its units in the shop; 0: it does not."""

    lease_seconds: int
    call_seconds: int
    grace_seconds: int
    hold_hours: int = 0


class TurnLost(BridgeError):
    """Somebody else may be working on the order now: nothing more may be sent."""

    code = "turn_lost"


@dataclass(slots=True)
class Entry:
    """One short transaction of a turn, the order's row locked. Exactly one entry of a turn ends it."""

    session: Session
    order: Order
    now: datetime
    claim: due_work.Claim
    timing: Timing

    def finish(self) -> None:
        """End the turn: the job is done."""
        due_work.finish(self.session, self.claim, now=self.now)

    def wait(self, seconds: float, reason: str) -> None:
        """End the turn for now; not a failure."""
        due_work.wait(self.session, self.claim, until=self.now + timedelta(seconds=seconds), reason=reason)

    def try_again(self, policy: RetryPolicy, code: str, sentence: str) -> None:
        """End the turn for now, as a failure that the policy counts; when it gives up, staff act."""
        error = f"{code}: {sentence}"
        if not due_work.fail(self.session, self.claim, policy=policy, error=error, now=self.now):
            self.attend(code, sentence)

    def park(self, code: str, sentence: str) -> None:
        """End the turn until staff act: on the order, on its timeline and in the list of stuck work."""
        self.attend(code, sentence)
        due_work.give_up(self.session, self.claim, error=f"{code}: {sentence}", now=self.now)

    def attend(self, code: str, sentence: str) -> None:
        """Ask for staff's attention, once for one reason."""
        attention = f"{code}: {sentence}"
        if self.order.attention == attention:
            return
        self.order.attention = attention
        self.event("attention", reason=attention)

    def event(
        self,
        kind: str,
        *,
        actor: str = "bridge",
        reason: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        record_event(self.session, self.order, kind, actor=actor, now=self.now, reason=reason, detail=detail)


@dataclass(slots=True)
class Turn:
    db: Database
    order_id: UUID
    claim: due_work.Claim
    lock: Lock
    timing: Timing

    @contextmanager
    def entry(self) -> Iterator[Entry]:
        """Open a transaction on the order; never held across a call."""
        with self.db.transaction() as session:
            order = session.scalars(select(Order).where(Order.id == self.order_id).with_for_update()).one()
            yield Entry(session, order, clock(session), self.claim, self.timing)

    def fence(self) -> None:
        """Look once more, right before sending what must not be sent twice.

        :raises TurnLost: PostgreSQL forgot our lock, or the lease would not outlast the call
        """
        if not self.lock.still_held():
            raise TurnLost("the lock on the order is gone")
        with self.db.transaction() as session:
            left = self.claim.leased_until - clock(session)
        if left <= timedelta(seconds=self.timing.call_seconds + BUDGET_SECONDS):
            raise TurnLost("the lease would run out during the call")


@contextmanager
def order_turn(db: Database, job: str, *, order_id: UUID, timing: Timing) -> Iterator[Turn | None]:
    """Take one job's turn at an order, and record what becomes of it when Shopify does not do its part.

    Yields None when there is nothing to do, or somebody else is at it. What is put off is no failure; what
    Shopify refuses waits for staff; everything else is tried again by the one policy.

    :raises ShopError: after recording it, so that Flower shows the failure
    """
    with db.exclusive(f"order:{order_id}") as lock:
        with db.transaction() as session:
            claim = _claim(session, job, order_id, timing) if lock else None
            if not lock:
                due_work.come_back(
                    session, job, seconds=_TAKEN_SECONDS, now=clock(session), order_id=order_id
                )
        if claim is None:
            yield None
            return
        turn = Turn(db, order_id, claim, lock, timing)
        try:
            yield turn
        except TurnLost:  # The lease runs out by itself, or has another holder.
            return
        except PutOff as error:
            with turn.entry() as entry:
                entry.wait(error.wait_seconds, error.message)
        except (ShopRefused, Refused) as error:
            with turn.entry() as entry:
                entry.park(error.code, _sentence(error))
            raise
        except ShopError as error:
            with turn.entry() as entry:
                entry.try_again(PUSH, error.code, error.message)
            raise


def _claim(session: Session, job: str, order_id: UUID, timing: Timing) -> due_work.Claim | None:
    return due_work.claim(
        session, job, lease_seconds=timing.lease_seconds, now=clock(session), order_id=order_id
    )


def _sentence(error: BridgeError) -> str:
    problems = getattr(error, "problems", ())
    return "; ".join(problems) or error.message
