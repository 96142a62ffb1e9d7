"""The life of an order as partners see it, and which moves a person or a partner may ask for.

What Shopify reports is not a request: it is derived from facts in `shipments` and always taken.
"""

from enum import StrEnum

from bridge.domain.errors import IllegalMove


class OrderStatus(StrEnum):
    INCOMPLETE_CAUTION = "INCOMPLETE_CAUTION"
    UNFULFILLED = "UNFULFILLED"
    FULFILLED = "FULFILLED"
    COMPLETE = "COMPLETE"
    REJECTED = "REJECTED"
    CANCELED = "CANCELED"
    REFUNDED = "REFUNDED"
    ARCHIVED = "ARCHIVED"


_S = OrderStatus

# Decision 2: what a request (API, CLI, console) may do.
MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.INCOMPLETE_CAUTION: frozenset({_S.UNFULFILLED, _S.REJECTED, _S.CANCELED}),
    _S.UNFULFILLED: frozenset({_S.FULFILLED, _S.CANCELED, _S.REFUNDED}),
    _S.FULFILLED: frozenset({_S.COMPLETE, _S.REFUNDED}),
    _S.COMPLETE: frozenset({_S.REFUNDED, _S.ARCHIVED}),
    _S.REJECTED: frozenset({_S.ARCHIVED}),
    _S.CANCELED: frozenset({_S.ARCHIVED}),
    _S.REFUNDED: frozenset({_S.ARCHIVED}),
    _S.ARCHIVED: frozenset(),
}

# Statuses after which nothing of the order is wanted in Shopify any more.
ENDED = frozenset({_S.REJECTED, _S.CANCELED, _S.REFUNDED, _S.COMPLETE, _S.ARCHIVED})

# Decision 1: the older names, for partners that were set up with them.
LEGACY_NAMES: dict[OrderStatus, str] = {
    _S.INCOMPLETE_CAUTION: "PENDING_CONFIRMATION",
    _S.UNFULFILLED: "CONFIRMED",
    _S.FULFILLED: "SHIPPED",
    _S.COMPLETE: "DELIVERED",
    _S.REJECTED: "REJECTED",
    _S.CANCELED: "CANCELLED",
}


def ensure_move(current: OrderStatus, target: OrderStatus) -> None:
    """Refuse a request that the guide does not list.

    :raises IllegalMove: naming both statuses and what would be possible
    """
    if target in MOVES[current]:
        return
    possible = ", ".join(sorted(MOVES[current])) or "nothing"
    raise IllegalMove(f"an order that is {current} cannot become {target}; possible: {possible}")


def is_usual(current: OrderStatus, target: OrderStatus) -> bool:
    """Tell whether the move is one that a request could also have made."""
    return target in MOVES[current]


def shown_name(status: OrderStatus, *, legacy: bool, shipped: bool, before: OrderStatus) -> str:
    """Return the name a partner reads.

    :param shipped: whether anything of the order has shipped; decides how a refund shows in the older names
    :param before: the status an ARCHIVED order had before
    """
    if not legacy:
        return status.value
    if status is _S.ARCHIVED and before is not _S.ARCHIVED:
        return shown_name(before, legacy=True, shipped=shipped, before=before)
    if status is _S.REFUNDED:
        return LEGACY_NAMES[_S.COMPLETE if shipped else _S.CANCELED]
    return LEGACY_NAMES.get(status, status.value)


def statuses_named(name: str) -> frozenset[OrderStatus]:
    """Return the statuses a filter means by `name`, newer or older; empty when there is no such name."""
    named = {status for status, legacy in LEGACY_NAMES.items() if legacy == name}
    if name in OrderStatus.__members__:
        named.add(OrderStatus(name))
    return frozenset(named)
