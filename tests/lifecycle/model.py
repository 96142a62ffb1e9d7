"""What should become of an order, said plainly: a second opinion, written from the decisions and not from the code.

Positions are those of the cart's lines. Times are whole seconds of the world's own clock (`World.second`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

ENDED_BY_US = frozenset({"REJECTED", "CANCELED"})
_ENDED = ENDED_BY_US | {"REFUNDED", "COMPLETE"}
_BY_INTENT = {"reject": "REJECTED", "cancel": "CANCELED"}

Units = Mapping[int, int]


@dataclass(frozen=True)
class Cart:
    """`ours`: units of the lines we supply, by position; `skus` of the same."""

    name: str
    ours: Units
    skus: Mapping[int, str]
    body: Mapping[str, object]


@dataclass
class Parcel:
    gid: str
    units: Units
    void: bool = False
    delivered_at: int | None = None


@dataclass
class Sale:
    """A shop order that one of our drafts has become, and what staff did to it since."""

    number: int  # Shopify's
    ordered: Units
    parcels: list[Parcel] = field(default_factory=list)
    # Units that left the order while they waited: edited away, or refunded before shipping.
    not_due: Counter[int] = field(default_factory=Counter)
    returned: Counter[int] = field(default_factory=Counter)
    given_back: Counter[int] = field(default_factory=Counter)  # for sale again
    refunded_at: int | None = None
    canceled_at: int | None = None
    canceled_by_staff: bool = False
    closed_at: int | None = None  # by staff
    deleted: bool = False

    def note_cancellation(self, at: int) -> None:
        """Its units that had not left are for sale again."""
        for position in self.ordered:
            self.given_back[position] += self.waiting(position)
        self.canceled_at = at

    def shipped(self) -> Counter[int]:
        return _sum(parcel.units for parcel in self.parcels if not parcel.void)

    def due(self, position: int) -> int:
        """Ordered minus removed by edit minus refunded before shipping (decision 21)."""
        return self.ordered[position] - self.not_due[position]

    def waiting(self, position: int) -> int:
        return self.due(position) - self.shipped()[position]

    def left(self, position: int) -> int:
        """What of the line the customer still gets or has."""
        return self.due(position) - self.returned[position]

    def is_sent(self) -> bool:
        return any(self.shipped().values())

    def status(self) -> tuple[str, int | None]:
        """Derive the status, and the second of the fact that ended the order (decision 58)."""
        due = {position: self.due(position) for position in self.ordered if self.due(position)}
        shipped = self.shipped()
        delivered = [parcel for parcel in self.parcels if not parcel.void and parcel.delivered_at is not None]
        arrived = _sum(parcel.units for parcel in delivered)
        if self.canceled_at is not None:
            return "CANCELED", self.canceled_at
        if not any(self.left(position) for position in self.ordered):
            return ("CANCELED", None) if self.refunded_at is None else ("REFUNDED", self.refunded_at)
        if all(arrived[position] >= units for position, units in due.items()):
            return "COMPLETE", max(parcel.delivered_at or 0 for parcel in delivered)
        if all(shipped[position] >= units for position, units in due.items()):
            return "FULFILLED", None
        return "UNFULFILLED", None


@dataclass
class Life:
    """One order as partner and staff decided about it. What they may not do is not in here."""

    id: UUID
    partner: str
    number: str
    cart: Cart
    superseded: bool = False
    confirmed: bool = False
    accepts_changes: bool = False
    intent: str | None = None
    # Since the intent was recorded, a parcel was on its way: then it is dropped (decision 42).
    was_sent_under_intent: bool = False
    completed_by_staff: bool = False
    draft_deleted: bool = False
    draft_cleared: bool = False  # deleted after it had become an order
    draft_edited: Units | None = None
    draft_repriced: bool = False
    copies: set[int] = field(default_factory=set)  # drafts that staff made of ours
    copied_orders: set[int] = field(default_factory=set)  # and the orders these became
    sale: Sale | None = None

    def difference(self) -> str | None:
        """Return what staff have to see before the draft, as others of them changed it, is completed (decision 34b)."""
        if self.draft_edited is not None:
            return "lines_differ"
        return "amounts_differ" if self.draft_repriced else None

    def intend(self, intent: str) -> None:
        """Somebody has decided that it ends."""
        self.intent, self.was_sent_under_intent = intent, False
        self.note_sent()

    def note_sent(self) -> None:
        """A parcel was made, or there is one when an intent comes."""
        if self.intent is not None and self.sale is not None and self.sale.is_sent():
            self.was_sent_under_intent = True

    def outcomes(self) -> set[tuple[str, str | None]]:
        """Return what the order may have come to when all is at rest: its status, and why staff must act, if they must.

        More than one where the order of what happened at once decides, and either is right.
        """
        return self._of_sale(self.sale) if self.sale is not None else self._without_sale()

    def _of_sale(self, sale: Sale) -> set[tuple[str, str | None]]:
        told: set[str | None] = {None, "copy_in_shop"} if self.copied_orders else {None}
        if sale.deleted:
            return {("CANCELED", reason) for reason in told}
        if self.intent is not None and sale.canceled_at is None:
            if not self.was_sent_under_intent:
                return set()  # It must be canceled in the shop.
            return {(self._filed(sale, sale.status()[0]), "intent_dropped")}
        statuses = {sale.status()[0]}
        if self.intent is not None:
            statuses = {_BY_INTENT[self.intent]}
            if self.was_sent_under_intent:
                statuses |= {"CANCELED"}
                told |= {"intent_dropped"}
        return {(self._filed(sale, status), reason) for status in statuses for reason in told}

    def _filed(self, sale: Sale, status: str) -> str:
        """Filed away only strictly later than the fact that ended it."""
        ended_at = sale.status()[1]
        filed = sale.closed_at is not None and ended_at is not None and sale.closed_at > ended_at
        return "ARCHIVED" if filed and status in _ENDED else status

    def _without_sale(self) -> set[tuple[str, str | None]]:
        told: set[str | None] = {None, "copy_in_shop"} if self.copied_orders else {None}
        if self.intent is not None:
            return {(_BY_INTENT[self.intent], reason) for reason in told}
        if self.draft_deleted:
            return {("CANCELED", reason) for reason in told}
        if (difference := self.difference()) is not None:
            if self.confirmed and self.accepts_changes and not self.copied_orders:
                return set()  # It must be an order.
            told = {difference}
        elif self.confirmed and not self.copied_orders:
            return set()
        if self.copied_orders:
            told |= {"copy_in_shop", "another_order"}
        return {("INCOMPLETE_CAUTION", reason) for reason in told}

    def promised(self, status: str) -> Counter[str]:
        """Return the units, by SKU, that are set aside for the order and that the shop does not know of."""
        if self.sale is not None or status in ENDED_BY_US:
            return Counter()
        return self._by_sku(self.cart.ours)

    def taken(self) -> Counter[str]:
        """Return the units, by SKU, that the shop has taken off for the order."""
        if self.sale is None:
            return Counter()
        return self._by_sku({p: n - self.sale.given_back[p] for p, n in self.sale.ordered.items()})

    def _by_sku(self, units: Units) -> Counter[str]:
        found: Counter[str] = Counter()
        for position, number in units.items():
            found[self.cart.skus[position]] += number
        return found


def _sum(many: Iterable[Units]) -> Counter[int]:
    total: Counter[int] = Counter()
    for units in many:
        total.update(units)
    return total
