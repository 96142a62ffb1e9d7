"""Which of two observations of the same stock is the newer one: reads and webhooks, late, repeated, unordered.

What can be sold from an observation is decided in `stock`, not here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# No replica of Shopify lags this far: a read that began so long after a webhook arrived is the truth,
# whatever times the two name. Otherwise one webhook with a wrong time could never be corrected.
_TRUSTED_AFTER = timedelta(minutes=5)


class Source(StrEnum):
    READ = "read"
    WEBHOOK = "webhook"


class Verdict(StrEnum):
    STORE = "store"
    KEEP = "keep"
    READ = "read"  # the two cannot be put in order: keep what is there and ask the shop


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one item at one location.

    `available` is None where the item is not tracked. `changed_at` is Shopify's clock: when the level last
    changed, None where there is no level. `seen_at` is PostgreSQL's clock: when the read began, or when the
    webhook arrived. The two clocks are never compared with each other.
    """

    stocked: bool
    tracked: bool
    available: int | None
    changed_at: datetime | None
    seen_at: datetime
    seen_by: Source

    @property
    def content(self) -> tuple[bool, bool, int | None]:
        return self.stocked, self.tracked, self.available


def judge(held: Observation | None, new: Observation) -> Verdict:
    """Decide whether `new` takes the place of `held` (decisions 52, 56).

    A read against a read: the one that began later. Everything else: by Shopify's own time of the last
    change, in whole seconds; where that cannot order two different contents, the shop is asked.

    :param held: None when the item was never observed there
    """
    if held is None:
        return Verdict.STORE
    if new.seen_by is Source.WEBHOOK:
        return _judge_webhook(held, new)
    if held.seen_by is Source.READ:
        return Verdict.STORE if new.seen_at > held.seen_at else Verdict.KEEP
    return _judge_read_after_webhook(held, new)


def _judge_webhook(held: Observation, new: Observation) -> Verdict:
    if held.content == new.content:
        return Verdict.KEEP if _not_after(new, held) else Verdict.STORE
    if held.changed_at is None or new.changed_at is None or new.changed_at == held.changed_at:
        return Verdict.READ
    if new.changed_at < held.changed_at:
        return Verdict.KEEP
    # A level has a number even where the shop does not track the item; whether it does, only a read tells.
    return Verdict.STORE if held.tracked else Verdict.READ


def _judge_read_after_webhook(held: Observation, new: Observation) -> Verdict:
    if new.seen_at >= held.seen_at + _TRUSTED_AFTER:
        return Verdict.STORE
    if new.changed_at is not None and held.changed_at is not None and new.changed_at != held.changed_at:
        return Verdict.STORE if new.changed_at > held.changed_at else Verdict.KEEP
    if new.seen_at > held.seen_at or new.content == held.content:
        return Verdict.STORE
    return Verdict.READ


def _not_after(new: Observation, held: Observation) -> bool:
    return new.changed_at is None or (held.changed_at is not None and new.changed_at <= held.changed_at)
