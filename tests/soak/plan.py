"""What a soak does and when: a function of its seed alone. How long each thing takes is the machine's affair."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridge import failpoints

# How often each thing is asked for; of a hundred steps about as many as the number says.
VERBS = {
    "submit": 40,  # a new cart
    "replay": 8,  # the same key and cart again
    "another_key": 5,  # the same cart and number under another key
    "altered": 3,  # the same number with another cart
    "altered_under_key": 2,  # the same key with another cart
    "look": 6,  # one order, by id, by number, and somebody else's
    "list": 2,
    "confirm": 12,
    "reject": 3,
    "cancel": 3,
    "ship": 9,
    "ship_some": 3,
    "deliver": 6,
    "refund": 2,
    "cancel_in_shop": 1,
    "sell_in_shop": 3,  # the shop's own storefront takes units
    "restock": 2,
    "edit_draft": 1,
    "complete_draft": 2,
    "duplicate_draft": 2,
    "delete_draft": 1,
}
# A deleted draft of which nobody tells is believed after five minutes: too late at the end of a soak.
_EARLY = frozenset({"delete_draft"})
_EARLY_SHARE = 0.5

_WORKERS = ("worker-1", "worker-2")
# What is done to whom, how often, and for how many seconds at most.
_STRIKES: Sequence[tuple[int, str, Sequence[str], float]] = (
    (6, "kill", ("web", *_WORKERS, "beat", "postgres", "valkey"), 0),
    (4, "kill_child", ("web", *_WORKERS), 0),
    (3, "terminate", ("web", *_WORKERS, "beat", "postgres", "valkey"), 0),
    (5, "freeze", ("web", *_WORKERS, "beat", "postgres", "valkey", "shop"), 5),
    (1, "freeze", _WORKERS, 25),  # Longer than a lease.
    (4, "cut", ("postgres", "valkey"), 0),
    (4, "flush", ("valkey",), 0),
    (5, "arm", ("web", *_WORKERS), 6),
    (12, "lose", ("lost_reply", "refuse", "error_500", "internal_error", "throttle", "slow"), 5),
    (2, "mislead", ("stale_search",), 8),
    (8, "webhook", ("webhook_drop", "webhook_duplicate", "webhook_delay", "webhook_shuffle"), 8),
)
KINDS = frozenset(kind for _, kind, *_ in _STRIKES)
_FIRST_STRIKE_SECONDS = 1.0
_BETWEEN_STRIKES = (0.9, 2.3)

# The bridge's own operations: staff who call the shop meanwhile are left alone.
_OPERATIONS = (
    "CreateDraft", "CreateDraft", "CompleteDraft", "ReadDraft", "ReadOrder", "DeleteDraft", "CancelOrder",
    "CreateFulfillment", "ListNewestDrafts", "ListNamedDrafts", "FindOrders", "ReadInventoryLevels",
)  # fmt: skip
# What a partner's request and a webhook meet is in the web process, everything else in a worker.
_WEB_PLACES = tuple(name for name in failpoints.NAMES if name.startswith(("submit.", "receive.")))
_WORKER_PLACES = tuple(name for name in failpoints.NAMES if name not in _WEB_PLACES)
# An error that nobody expected is a 500 in the web process, as it should be: there it proves nothing.
_WEB_MODES = ("crash", "sleep", "freeze")
_WORKER_MODES = ("crash", "crash", "raise", "sleep", "freeze")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does: a partner, staff, a customer of the shop.

    `number` names the cart that it is about, `chance` decides whatever the verb leaves open.
    """

    at: float
    verb: str
    number: int
    chance: float


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault. `what` is a process, or one of the simulator's faults; `place` a failpoint with its mode."""

    at: float
    kind: str
    what: str
    seconds: float
    times: int
    operation: str
    place: str


def steps(seed: int, *, seconds: float, per_second: float) -> Iterator[Step]:
    """Yield what is done to a bridge, in the order of time."""
    draw = random.Random(f"steps of {seed}")
    verbs, weights = list(VERBS), list(VERBS.values())
    late = [0 if verb in _EARLY else weight for verb, weight in VERBS.items()]
    submitted, at = 0, 0.0
    while True:
        at += draw.expovariate(per_second)
        if at >= seconds:
            return
        verb = draw.choices(verbs, weights if at < seconds * _EARLY_SHARE else late)[0]
        if verb == "submit" or submitted == 0:
            yield Step(at, "submit", submitted, draw.random())
            submitted += 1
            continue
        # Mostly something recent: what is old has ended.
        back = min(int(draw.expovariate(1 / 40)), submitted - 1)
        yield Step(at, verb, submitted - 1 - back, draw.random())


def strikes(seed: int, *, seconds: float) -> Iterator[Strike]:
    """Yield the faults of a run, in the order of time."""
    draw = random.Random(f"strikes of {seed}")
    weights = [weight for weight, *_ in _STRIKES]
    at = _FIRST_STRIKE_SECONDS
    while at < seconds:
        _, kind, targets, longest = draw.choices(_STRIKES, weights)[0]
        what = draw.choice(targets)
        place = ""
        if kind == "arm":
            places, modes = (_WEB_PLACES, _WEB_MODES) if what == "web" else (_WORKER_PLACES, _WORKER_MODES)
            place = f"{draw.choice(places)}:{draw.choice(modes)}:{draw.randint(1, 2)}"
        yield Strike(
            at=at,
            kind=kind,
            what=what,
            seconds=round(draw.uniform(longest / 5, longest), 2),
            times=draw.randint(1, 4),
            operation=draw.choice(_OPERATIONS) if kind == "lose" else "",
            place=place,
        )
        at += draw.uniform(*_BETWEEN_STRIKES)
