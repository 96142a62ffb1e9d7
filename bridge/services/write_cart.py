"""The second message of a submit: what was decided is written, and the answer kept under the key."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from bridge import failpoints, jobs
from bridge.db import RING
from bridge.domain import payments
from bridge.domain.carts import Cart
from bridge.domain.order_status import OrderStatus, shown_name
from bridge.domain.sku_matching import Match
from bridge.services.claim_cart import Holder

STALE_STOCK = "stale_stock"

# What one contract answers for an accepted cart: the order's id and the status name that the partner reads.
Render = Callable[[UUID, str], bytes]


@dataclass(frozen=True, slots=True)
class Submitter:
    """The partner's settings that decide about a cart."""

    partner_id: UUID
    legacy_names: bool
    auto_confirm: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """`order_id` is None when the cart had nothing of ours. `body` is the answer as it is stored and sent.

    `decision_id` is the order's own id, or the one that the order would have had.
    """

    decision_id: UUID
    order_id: UUID | None
    body: bytes
    is_replay: bool = False


class CartWriter:
    """Writes one cart's outcome under the id it was claimed for."""

    def __init__(
        self,
        session: Session,
        submitter: Submitter,
        cart: Cart,
        key: str | None,
        order_id: UUID,
        render: Render,
    ) -> None:
        self._session = session
        self._submitter = submitter
        self._cart = cart
        self._order_id = order_id
        self._render = render
        self._has_key = key is not None
        self._ids = {"order_id": str(order_id), "partner_id": str(submitter.partner_id), "key": key}

    def accept(self, matched: Match) -> Submission:
        """Write the order's lines, reservations, first event and the push that is due now."""
        cart, auto_confirm = self._cart, self._submitter.auto_confirm
        reasons = list(
            payments.review_reasons(cart.payment_status, cart.payment_method, matched.custom_items)
        )
        if matched.is_stale:
            reasons.append(STALE_STOCK)
        body = self._answer(self._order_id, OrderStatus.INCOMPLETE_CAUTION)
        self._send(
            (_REVIEW if reasons or auto_confirm else "") + _WRITE + _DECIDE,
            200,
            body,
            reasons=reasons,
            confirmed_by="auto_confirm" if auto_confirm and not reasons else None,
            items_ids=list(matched.reserve.keys()),
            reserved=list(matched.reserve.values()),
            job=jobs.PUSH_ORDER,
            job_key=jobs.key_of({"order_id": self._order_id}),
            job_ids=json.dumps({"order_id": str(self._order_id)}),
            **_decided(cart, matched),
            **_columns(matched),
        )
        failpoints.hit("submit.written")
        self._session.info[RING] = True
        return Submission(self._order_id, self._order_id, body)

    def answer_existing(self, holder: Holder) -> Submission:
        """Answer with the order that has the number, as it is now (decision 6)."""
        body = self._answer(
            holder.id, holder.status, before=holder.status_before_archive, shipped=holder.has_shipped
        )
        if self._has_key:
            self._send("", 200, body, order_id=str(holder.id))
        return Submission(holder.id, holder.id, body)

    def answer_nothing(self, matched: Match) -> Submission:
        """Undo the claim of the number and remember that there was nothing of ours (decisions 5 and 6b)."""
        self._send(
            _GIVE_BACK + _DECIDE,
            204,
            b"",
            **_decided(self._cart, matched),
        )
        return Submission(self._order_id, None, b"")

    def _answer(
        self,
        order_id: UUID,
        status: OrderStatus,
        *,
        before: OrderStatus | None = None,
        shipped: bool = False,
    ) -> bytes:
        legacy = self._submitter.legacy_names
        return self._render(
            order_id, shown_name(status, legacy=legacy, shipped=shipped, before=before or status)
        )

    def _send(self, statements: str, answer_status: int, body: bytes, **parameters: object) -> None:
        self._session.connection().exec_driver_sql(
            statements + (_REMEMBER if self._has_key else ""),
            {**self._ids, "answer_status": answer_status, "body": body, **parameters},
        )


_REVIEW = """
UPDATE orders SET review_reasons = %(reasons)s::text[], confirm_requested_by = %(confirmed_by)s,
    confirm_requested_at = CASE WHEN %(confirmed_by)s::text IS NOT NULL THEN now() END
WHERE id = %(order_id)s::uuid;
"""

# The work row is what `jobs.request` would write; a new order has none yet.
_WRITE = """
INSERT INTO order_items (order_id, position, sku, title, price, quantity, product_url,
    is_supplier_item, custom_reason, variant_id, inventory_item_id)
SELECT %(order_id)s::uuid, * FROM unnest(%(positions)s::int[], %(skus)s::text[], %(titles)s::text[],
    %(prices)s::numeric[], %(quantities)s::int[], %(urls)s::text[], %(ours)s::boolean[],
    %(custom_reasons)s::text[], %(variants)s::bigint[], %(inventory_items)s::bigint[]);
INSERT INTO reservations (order_id, inventory_item_id, location_id, quantity)
SELECT o.id, u.item, o.location_id, u.quantity
FROM orders o, unnest(%(items_ids)s::bigint[], %(reserved)s::int[]) AS u (item, quantity)
WHERE o.id = %(order_id)s::uuid;
INSERT INTO order_events (order_id, partner_id, kind, actor, to_status)
SELECT id, partner_id, 'submitted', 'partner', status FROM orders WHERE id = %(order_id)s::uuid;
INSERT INTO work (job, key, ids, next_attempt_at) VALUES (%(job)s, %(job_key)s, %(job_ids)s::jsonb, now());
"""

_GIVE_BACK = """
DELETE FROM orders WHERE id = %(order_id)s::uuid;
"""

_DECIDE = """
INSERT INTO decisions (id, partner_id, partner_order_id, made_order, currency, lines)
VALUES (%(order_id)s::uuid, %(partner_id)s::uuid, %(partner_order_id)s, %(answer_status)s = 200, %(currency)s,
    %(lines)s::jsonb);
"""

_REMEMBER = """
UPDATE idempotency_keys SET status = %(answer_status)s, body = %(body)s, order_id = %(order_id)s::uuid
WHERE partner_id = %(partner_id)s::uuid AND key = %(key)s;
"""


def _decided(cart: Cart, matched: Match) -> dict[str, str]:
    """Return what `models.Decision` keeps: why each line was ours or was not, and nothing of the customer."""
    return {
        "partner_order_id": cart.partner_order_id,
        "currency": cart.currency,
        "lines": json.dumps(
            [
                {
                    "sku": line.item.sku,
                    "title": line.item.title,
                    "price": str(line.item.price),
                    "quantity": line.item.quantity,
                    "reason": line.custom_reason,
                    "available": line.available,
                }
                for line in matched.items
            ]
        ),
    }


def _columns(matched: Match) -> dict[str, list[object]]:
    """Return the lines as the arrays that `unnest` turns into rows."""
    lines = matched.items
    return {
        "positions": list(range(len(lines))),
        "skus": [line.item.sku for line in lines],
        "titles": [line.item.title for line in lines],
        "prices": [line.item.price for line in lines],
        "quantities": [line.item.quantity for line in lines],
        "urls": [line.item.product_url for line in lines],
        "ours": [line.listing is not None for line in lines],
        "custom_reasons": [line.custom_reason and line.custom_reason.value for line in lines],
        "variants": [line.listing and line.listing.variant_id for line in lines],
        "inventory_items": [line.listing and line.listing.inventory_item_id for line in lines],
    }
