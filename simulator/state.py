"""The whole store: its records, its settings, and what has happened that somebody may want to hear
of.

One lock guards everything; whoever holds it may read and write as if alone.
"""

import threading
import uuid
from bisect import insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from simulator import gids
from simulator.records import Location, Record, Subscription

R = TypeVar("R")

# Shopify's ids are far above 2**32 and leave gaps; a client that keeps them in 32 bits must fail
# here.
FIRST_ID = 8_951_183_343_922
ID_STEP = 32_768


@dataclass
class Settings:
    """What a merchant would set in the admin; `POST /__settings` changes it."""

    shop: str = "jafarshop.myshopify.com"
    currency: str = "USD"
    presents: str = ""  # which currencies it shows customers, as `JOD EUR`; empty: every one, one to one
    scopes: str = ""  # what the app may do, with commas; empty: all that it asks for
    tax_rate: Decimal = Decimal("0.16")  # on taxable lines of whatever is not tax exempt
    auto_archive: bool = True  # Shopify's own default: paid and fulfilled orders are closed
    draft_ready_seconds: float = 0.0  # how long a draft says `ready: false`
    deletes_completed_drafts: bool = True  # no page of Shopify's says whether it does
    cancel_seconds: float = 0.0  # how long after its answer a cancellation happens
    bulk_seconds: float = 0.0  # how long a bulk operation waits before it begins
    search_lag_seconds: float = 0.0  # how old a search result may be without the stale_search fault
    webhook_tries: int = 8  # how often a delivery is tried, by Shopify over four hours
    webhook_seconds: float = 5.0  # how long a listener may take to answer
    webhook_retry_seconds: float = 0.5  # from the first try to the second; then twice as long each time


@dataclass
class Happening:
    """Something a webhook tells. `event_id` is shared by all of one merchant's action."""

    topic: str
    record: Any
    event_id: str
    triggered_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)  # what the body says and the record does not


def utc_now() -> datetime:
    """Now, in the whole seconds that Shopify speaks in."""
    return datetime.now(UTC).replace(microsecond=0)


class Store:
    """Everything the shop knows. Use it inside `with store.action():`."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.lock = threading.RLock()
        self.on_action_end: list[Callable[[list[Happening]], None]] = []
        self.on_change: Callable[[], None] = lambda: None
        self.settings = settings or Settings()
        self.last_id = FIRST_ID
        self.clear()

    def clear(self) -> None:
        """Forget everything but the last id: a number is never given twice, not even after a
        reset.
        """
        self.tables: dict[str, dict[Any, Any]] = {}
        self._ordered: dict[str, list[int]] = {}
        self.counters = {"draft": 0, "order": 1000}
        self.due: list[tuple[datetime, str, dict[str, Any]]] = []  # work for later, see `later`
        self.idempotent: dict[tuple[str, str], tuple[str, Any]] = {}
        self.client_tokens: dict[str, datetime] = {}  # from the client-credentials grant, until when
        self.default_location_id = 0
        self.dead_tokens: set[str] = set()  # of apps that were uninstalled
        self.happenings: list[Happening] = []
        self._event_id = ""

    # -- identity

    def next_id(self) -> int:
        self.last_id += ID_STEP
        return self.last_id

    def next_number(self, counter: str) -> int:
        """The next of the shop's visible numbers: `draft` (#D1) or `order` (#1001)."""
        self.counters[counter] += 1
        return self.counters[counter]

    # -- records

    def table(self, kind: str) -> dict[Any, Any]:
        """All records of a kind by their id."""
        return self.tables.setdefault(kind, {})

    def add(self, record: R) -> R:
        """Remember a record (or a part of one that has an id of its own) under its kind and id."""
        kind, number = record.kind, record.id  # type: ignore[attr-defined]
        if number not in self.table(kind) and isinstance(number, int):
            insort(self._ordered.setdefault(kind, []), number)
        self.table(kind)[number] = record
        return record

    def add_many(self, kind: str, records: list[Any]) -> None:
        """The same for a whole catalog, sorted once."""
        self.table(kind).update((record.id, record) for record in records)
        self._ordered[kind] = sorted(self.table(kind))

    def drop(self, record: Record) -> None:
        if self.table(record.kind).pop(record.id, None) is not None:
            self._ordered[record.kind].remove(record.id)

    def get(self, kind: str, number: int | str) -> Any:
        """The record, or None."""
        return self.table(kind).get(number)

    def named(self, kind: str, global_id: str) -> Any:
        """The record with this global id; None also where the text is no id of that kind."""
        try:
            return self.get(kind, gids.number(global_id, kind))
        except gids.InvalidGid:
            return None

    def ordered_ids(self, kind: str) -> list[int]:
        """All ids of a kind, ascending; not to be changed by the caller."""
        return self._ordered.get(kind, [])

    def all(self, kind: str) -> Iterator[Any]:
        """All records of a kind by ascending id."""
        table = self.table(kind)
        return (table[number] for number in self.ordered_ids(kind))

    @property
    def default_location(self) -> Location:
        return self.get("Location", self.default_location_id)

    @property
    def subscriptions(self) -> list[Subscription]:
        return list(self.all("WebhookSubscription"))

    # -- what happens

    @contextmanager
    def action(self) -> Iterator[None]:
        """One merchant's action: alone in the store, and told to all who listen when it is over."""
        with self.lock:
            outermost = not self._event_id
            if outermost:
                self._event_id = str(uuid.uuid4())
                self.do_what_is_due()
            try:
                yield
            finally:
                if outermost:
                    self.do_what_is_due()  # What was put off by no time at all.
                    self.end_action()

    def end_action(self) -> None:
        """Hand over what has happened; what listeners see is the state at the end of the action."""
        self._event_id = ""
        happenings, self.happenings = self.happenings, []
        if happenings:
            for listener in self.on_action_end:
                listener(happenings)
            self.on_change()

    def emit(self, topic: str, record: Any, **facts: Any) -> None:
        """Note that something happened; once per topic and record within one action."""
        if any(h.topic == topic and h.record is record and not facts for h in self.happenings):
            return
        self.happenings.append(Happening(topic, record, self._event_id, datetime.now(UTC), facts))

    def touch(self, record: Record) -> None:
        """The record was changed now. Its time never goes back."""
        record.updated_at = max(utc_now(), record.updated_at)
        self.on_change()

    def later(self, when: datetime, task: str, **facts: Any) -> None:
        """Ask for a task (see `tasks.py`) at that time. Names and plain facts, so that it survives
        a restart.
        """
        self.due.append((when, task, facts))

    def do_what_is_due(self) -> None:
        """Run the tasks whose time has come; called at the start of every action and by a clock."""
        from simulator.tasks import TASKS  # The tasks need the store: not at the top.

        now = datetime.now(UTC)
        ready = [entry for entry in self.due if entry[0] <= now]
        if not ready:
            return
        self.due = [entry for entry in self.due if entry[0] > now]
        for _, task, facts in sorted(ready, key=lambda entry: entry[0]):
            TASKS[task](self, **facts)
