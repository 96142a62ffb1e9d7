"""What a partner's customers asked for and we did not ship: not mapped, retired, or not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from bridge.services.partners import get_partner


@dataclass(frozen=True, slots=True)
class LostLine:
    """One SKU that stayed the partner's for one reason.

    :ivar carts: the partner's numbers with such a line; a cart that was sent again counts once
    :ivar quantity: units asked for
    :ivar value: price times quantity, in major units of `currency`
    """

    sku: str
    title: str
    reason: str
    carts: int
    quantity: int
    value: Decimal
    currency: str


# A cart that is sent again is decided again; what counts is what became of it in the end.
_LOST = text("""
    WITH last AS (
        SELECT DISTINCT ON (partner_order_id) partner_order_id, currency, lines
        FROM decisions
        WHERE partner_id = :partner_id AND created_at >= now() - :period
        ORDER BY partner_order_id, created_at DESC, id
    ), lost AS (
        SELECT partner_order_id, currency, line ->> 'sku' AS sku, line ->> 'title' AS title,
            line ->> 'reason' AS reason, (line ->> 'quantity')::bigint AS quantity,
            (line ->> 'price')::numeric AS price
        FROM last, jsonb_array_elements(lines) AS line
        WHERE line ->> 'reason' IS NOT NULL
    )
    SELECT sku, max(title), reason, count(DISTINCT partner_order_id), sum(quantity)::bigint,
        sum(price * quantity) AS value, currency
    FROM lost GROUP BY sku, reason, currency
    ORDER BY value DESC, sku, reason LIMIT :limit
""")


def lost_business(session: Session, *, partner: str, days: int, limit: int) -> Sequence[LostLine]:
    """Return what was not ours of a partner's carts, the most valuable first.

    :param partner: its name
    :param days: how far back; decisions are kept for 90
    :raises NotFound: there is no such partner
    """
    rows = session.execute(
        _LOST,
        {
            "partner_id": get_partner(session, name=partner).id,
            "period": timedelta(days=days),
            "limit": limit,
        },
    )
    return [LostLine(*row) for row in rows]
