"""The first message of a submit: claim the key, claim the number, lock the stock, and read what is known.

Four statements in one string. psycopg2 sends it as one message of the simple protocol, in which every
statement sees what was committed before *it* began: the last one reads stock and reservations as they are
once the locks are held. The claims are insert-first and wait for a twin on the unique index (decision 6b:
the key, then the number, the stock last), so there is no check-then-act anywhere.

`now()` is the transaction's time on PostgreSQL's clock (decision 60); asking for it would be a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bridge.domain.carts import Cart, totals_mismatch
from bridge.domain.idempotency import KEY_HOURS
from bridge.domain.order_status import OrderStatus
from bridge.domain.sku_matching import Listing
from bridge.domain.stock import Stock
from bridge.services.stock_terms import stock_terms


@dataclass(frozen=True, slots=True)
class KeyRow:
    """The key as it is now. `is_ours`: this transaction claimed it; else it has the answer of another."""

    is_ours: bool
    fingerprint: bytes
    order_id: UUID | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Holder:
    """The order that has the partner's number; ours when its id is the one we came with."""

    id: UUID
    cart_digest: bytes
    status: OrderStatus
    status_before_archive: OrderStatus | None
    has_shipped: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the message answered. `stocks` holds only items whose rows are locked by this transaction."""

    key: KeyRow | None
    holder: Holder | None
    listings: Mapping[str, Listing]
    stocks: Mapping[int, Stock]


# An expired key is taken over as if it were new. The row names the order that claims it until it is answered.
_CLAIM_KEY = f"""
INSERT INTO idempotency_keys AS k (partner_id, key, fingerprint, order_id, expires_at)
SELECT %(partner_id)s::uuid, %(key)s, %(digest)s, %(order_id)s::uuid, now() + interval '{KEY_HOURS} hours'
WHERE %(key)s::text IS NOT NULL
ON CONFLICT (partner_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, status = NULL, body = NULL, order_id = excluded.order_id,
    created_at = now(), expires_at = excluded.expires_at
WHERE k.expires_at <= now();
"""

_KEY_IS_OURS = """(%(key)s::text IS NULL OR EXISTS (
    SELECT FROM idempotency_keys
    WHERE partner_id = %(partner_id)s::uuid AND key = %(key)s AND order_id = %(order_id)s::uuid
      AND status IS NULL))"""

_ORDER = """
INSERT INTO orders (id, partner_id, partner_order_id, cart_digest, status,
    currency, subtotal, tax, shipping, total, totals_mismatch, customer_name, customer_phone,
    shipping_street, shipping_city, shipping_state, shipping_postal_code, shipping_country,
    shipping_country_code, payment_status, payment_method, location_id)
SELECT %(order_id)s::uuid, %(partner_id)s::uuid, %(partner_order_id)s, %(digest)s, %(status)s,
    %(currency)s, %(subtotal)s, %(tax)s, %(shipping)s, %(total)s, %(mismatch)s, %(name)s, %(phone)s,
    %(street)s, %(city)s, %(state)s, %(postal_code)s, %(country)s,
    %(country_code)s, %(payment_status)s, %(payment_method)s,
    -- Before the first sync there is no location: whatever is mapped then counts as never observed.
    coalesce((SELECT (value ->> 'id')::bigint FROM marks WHERE name = 'location'), 0)
"""

_CLAIM_NUMBER = f"""{_ORDER} WHERE {_KEY_IS_OURS}
ON CONFLICT (partner_id, partner_order_id) WHERE superseded_by IS NULL DO NOTHING;
"""

# Both rows change in one statement, since neither may exist without the other (decision 6c).
_SUPERSEDE = f"""
WITH old AS (
    UPDATE orders SET superseded_by = %(order_id)s::uuid, updated_at = now()
    WHERE id = %(supersedes)s::uuid AND superseded_by IS NULL AND status = %(old_status)s AND {_KEY_IS_OURS}
    RETURNING id)
{_ORDER} FROM old;
"""  # noqa: S608  made of constants

# In item order, as everybody locks them. Which rows were locked is remembered for the last statement:
# a listing that is imported just now must not bring in a level that nobody locked.
_LOCK_STOCK = """
SELECT set_config('bridge.locked_items', coalesce(string_agg(inventory_item_id::text, ','), ''), true)
FROM (
    SELECT inventory_item_id FROM inventory_levels
    WHERE location_id = (SELECT location_id FROM orders WHERE id = %(order_id)s::uuid)
      AND inventory_item_id IN (
          SELECT inventory_item_id FROM listings
          WHERE partner_id = %(partner_id)s::uuid AND sku = ANY(%(skus)s::text[]) AND retired_at IS NULL)
    ORDER BY inventory_item_id, location_id
    FOR UPDATE) AS locked;
"""

_READ = f"""
SELECT k.fingerprint, k.order_id::text, k.body, k.order_id = %(order_id)s::uuid AND k.status IS NULL,
    o.id::text, o.cart_digest, o.status, o.status_before_archive,
    EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.fulfilled_quantity > 0),
    (SELECT json_agg(json_build_array(sku, variant_id, inventory_item_id, retired_at IS NOT NULL))
     FROM listings WHERE partner_id = %(partner_id)s::uuid AND sku = ANY(%(skus)s::text[])),
    (SELECT json_agg(json_build_array(
         {stock_terms(partner_id="%(partner_id)s::uuid", shop_buffer="%(shop_buffer)s")},
         l.observed_at < now() - %(stale_after)s))
     FROM inventory_levels l
     WHERE l.location_id = o.location_id AND l.inventory_item_id = ANY(
         string_to_array(nullif(current_setting('bridge.locked_items', true), ''), ',')::bigint[]))
FROM (SELECT) AS one
LEFT JOIN idempotency_keys k ON k.partner_id = %(partner_id)s::uuid AND k.key = %(key)s
LEFT JOIN orders o ON o.partner_id = %(partner_id)s::uuid AND o.partner_order_id = %(partner_order_id)s
    AND o.superseded_by IS NULL
"""  # noqa: S608  made of constants

_FIRST = _CLAIM_KEY + _CLAIM_NUMBER + _LOCK_STOCK + _READ
_AGAIN = _SUPERSEDE + _LOCK_STOCK + _READ


def claim_cart(
    session: Session,
    *,
    partner_id: UUID,
    order_id: UUID,
    cart: Cart,
    digest: bytes,
    key: str | None,
    stale_after: timedelta,
    shop_buffer: int,
    supersedes: Holder | None = None,
) -> Claimed:
    """Claim the key and the number for `order_id`, lock the stock when both are ours, and read what is there.

    Waits for a twin that holds either, at most the database's lock timeout.

    :param shop_buffer: units kept back where neither item nor partner says otherwise
    :param supersedes: the ended order whose number this one takes over, in the second message of one submit
    :raises sqlalchemy.exc.OperationalError: the wait was too long, or the database went away
    """
    row = (
        session.connection()
        .exec_driver_sql(
            _AGAIN if supersedes else _FIRST,
            {
                "partner_id": str(partner_id),
                "order_id": str(order_id),
                "key": key,
                "digest": digest,
                "stale_after": stale_after,
                "shop_buffer": shop_buffer,
                "skus": list({item.sku for item in cart.items}),
                "supersedes": str(supersedes.id) if supersedes else None,
                "old_status": supersedes.status.value if supersedes else None,
                **_columns(cart),
            },
        )
        .one()
    )
    return _claimed(row)


def _columns(cart: Cart) -> dict[str, Any]:
    return {
        "partner_order_id": cart.partner_order_id,
        "status": OrderStatus.INCOMPLETE_CAUTION.value,
        "currency": cart.currency,
        "subtotal": cart.totals.subtotal,
        "tax": cart.totals.tax,
        "shipping": cart.totals.shipping,
        "total": cart.totals.total,
        "mismatch": totals_mismatch(cart),
        "name": cart.customer.name,
        "phone": cart.customer.phone,
        "street": cart.shipping.street,
        "city": cart.shipping.city,
        "state": cart.shipping.state,
        "postal_code": cart.shipping.postal_code,
        "country": cart.shipping.country,
        "country_code": cart.shipping.country_code,
        "payment_status": cart.payment_status,
        "payment_method": cart.payment_method,
    }


def _claimed(row: Any) -> Claimed:
    (
        fingerprint, key_order_id, body, key_is_ours,
        holder_id, cart_digest, status, before_archive, has_shipped,
        listings, stocks,
    ) = row  # fmt: skip
    key = holder = None
    if fingerprint is not None:
        key = KeyRow(
            is_ours=bool(key_is_ours),
            fingerprint=bytes(fingerprint),
            order_id=UUID(key_order_id) if key_order_id else None,
            body=None if body is None else bytes(body),
        )
    if holder_id is not None:
        holder = Holder(
            id=UUID(holder_id),
            cart_digest=bytes(cart_digest),
            status=OrderStatus(status),
            status_before_archive=OrderStatus(before_archive) if before_archive else None,
            has_shipped=has_shipped,
        )
    return Claimed(
        key=key,
        holder=holder,
        listings={listing[0]: Listing(*listing) for listing in listings or ()},
        stocks={stock[0]: Stock(*stock) for stock in stocks or ()},
    )
