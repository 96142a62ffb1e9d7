"""What became of a webhook, as its handler says it; `apply_webhook` writes it down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.domain.webhook_bodies import Body


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` as in `WebhookEvent.state`. `ask_order`: the shop order that has to be read to decide."""

    state: str
    subject: str | None = None
    note: str | None = None
    ask_order: int | None = None


# The body, PostgreSQL's now, and when the webhook was received.
Handler = Callable[[Session, Body, datetime, datetime], Outcome]


def applied(subject: str, note: str | None = None) -> Outcome:
    """It was of ours, and its content is kept or asked for."""
    return Outcome("applied", subject, note)


def parked(subject: str, note: str) -> Outcome:
    """It is of ours, and its order is not there yet: tried again."""
    return Outcome("parked", subject, note)


def foreign(subject: str, note: str | None = None) -> Outcome:
    """It belongs to somebody else: the shop sells to others too."""
    return Outcome("foreign", subject, note)


def undecided(subject: str, order_id: int) -> Outcome:
    """Only the shop can say whose it is."""
    return Outcome("parked", subject, "the shop is asked whose order it is", ask_order=order_id)
