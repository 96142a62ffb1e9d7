"""A partner's cart becomes an order, once, in one transaction of at most five messages.

Messages to PostgreSQL are what a submit costs (docs/performance.md), so the statements are written by hand
and travel together: BEGIN, the claim (`claim_cart`), the decision in Python, the writes below, COMMIT.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import RING
from bridge.domain import payments
from bridge.domain.carts import Cart
from bridge.domain.errors import IdempotencyConflict, OrderConflict, TwinInFlight
from bridge.domain.idempotency import differing_fields, digest
from bridge.domain.order_status import OrderStatus, shown_name
from bridge.domain.sku_matching import Match, match
from bridge.models import PushAttempt, ShopifyOrder, Work
from bridge.services.claim_cart import Claimed, Holder, KeyRow, claim_cart
from bridge.services.order_queries import cart_of

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
    """`order_id` is None when the cart had nothing of ours. `body` is the answer as it is stored and sent."""

    order_id: UUID | None
    body: bytes
    is_replay: bool = False


def submit_cart(
    session: Session,
    *,
    submitter: Submitter,
    cart: Cart,
    key: str | None,
    order_id: UUID,
    stale_after: timedelta,
    render: Render,
) -> Submission:
    """Accept a cart: an order for the lines we supply, the answer given before, or nothing of ours.

    Safe to repeat in another transaction, with another `order_id`, when it is unknown whether the first one
    was committed: the claims find what is there.

    :param key: the partner's idempotency key; without one the number alone guards against doubles
    :param order_id: the id the order gets if it is made; one that was never used before
    :param stale_after: age at which an observation of stock is flagged
    :param render: the contract's answer, stored under the key and replayed byte for byte
    :raises IdempotencyConflict: the key was used for another cart
    :raises OrderConflict: the number belongs to an order with another cart
    :raises StockUnknown: a mapped item was never observed in the shop
    :raises TwinInFlight: the number changed hands meanwhile
    """
    fingerprint = digest(cart)

    def claim(supersedes: Holder | None = None) -> Claimed:
        return claim_cart(
            session,
            partner_id=submitter.partner_id,
            order_id=order_id,
            cart=cart,
            digest=fingerprint,
            key=key,
            stale_after=stale_after,
            supersedes=supersedes,
        )

    writer = _Writer(session, submitter, cart, key, order_id, render)
    claimed = claim()
    if claimed.key is not None and not claimed.key.is_ours:
        return _replay(claimed.key, fingerprint)
    holder = _holder(claimed)
    if holder.id == order_id:
        return writer.decide(claimed)
    if holder.cart_digest == fingerprint:
        return writer.answer_existing(holder)
    if not _is_over(session, holder):
        raise _conflict(session, holder, cart)
    # A savepoint, so that a cart with nothing of ours gives the number back.
    with session.begin_nested() as savepoint:
        claimed = claim(supersedes=holder)
        if _holder(claimed).id != order_id:
            raise TwinInFlight("The order with this partner_order_id has just changed.")
        matched = match(cart.items, claimed.listings, claimed.stocks)
        if matched.has_supplier_items:
            return writer.accept(matched)
        savepoint.rollback()
    return writer.answer_nothing()


class _Writer:
    """The second message: what was decided, and the answer kept under the key."""

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

    def decide(self, claimed: Claimed) -> Submission:
        matched = match(self._cart.items, claimed.listings, claimed.stocks)
        return self.accept(matched) if matched.has_supplier_items else self.answer_nothing()

    def accept(self, matched: Match) -> Submission:
        cart, auto_confirm = self._cart, self._submitter.auto_confirm
        reasons = list(
            payments.review_reasons(cart.payment_status, cart.payment_method, matched.custom_items)
        )
        if matched.is_stale:
            reasons.append(STALE_STOCK)
        body = self._answer(self._order_id, OrderStatus.INCOMPLETE_CAUTION)
        self._send(
            (_REVIEW if reasons or auto_confirm else "") + _WRITE,
            200,
            body,
            reasons=reasons,
            confirmed_by="auto_confirm" if auto_confirm and not reasons else None,
            items_ids=list(matched.reserve.keys()),
            reserved=list(matched.reserve.values()),
            job=jobs.PUSH_ORDER,
            job_key=jobs.key_of({"order_id": self._order_id}),
            job_ids=json.dumps({"order_id": str(self._order_id)}),
            **_columns(matched),
        )
        self._session.info[RING] = True
        return Submission(self._order_id, body)

    def answer_existing(self, holder: Holder) -> Submission:
        """Answer with the order that has the number, as it is now (decision 6)."""
        body = self._answer(
            holder.id, holder.status, before=holder.status_before_archive, shipped=holder.has_shipped
        )
        if self._has_key:
            self._send("", 200, body, order_id=str(holder.id))
        return Submission(holder.id, body)

    def answer_nothing(self) -> Submission:
        """Undo the claim of the number and remember that there was nothing of ours (decisions 5 and 6b)."""
        self._send("DELETE FROM orders WHERE id = %(order_id)s::uuid;", 204, b"")
        return Submission(None, b"")

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

_REMEMBER = """
UPDATE idempotency_keys SET status = %(answer_status)s, body = %(body)s,
    order_id = CASE WHEN %(answer_status)s = 200 THEN %(order_id)s::uuid END
WHERE partner_id = %(partner_id)s::uuid AND key = %(key)s;
"""


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


def _replay(key: KeyRow, fingerprint: bytes) -> Submission:
    if key.fingerprint != fingerprint:
        raise IdempotencyConflict("This Idempotency-Key was sent before with another cart: change either.")
    if key.body is None:  # Only a committed answer can be seen here.
        raise TwinInFlight("A request with this Idempotency-Key is being worked on.")
    return Submission(key.order_id, key.body, is_replay=True)


def _holder(claimed: Claimed) -> Holder:
    if claimed.holder is None:
        raise TwinInFlight("The order with this partner_order_id has just changed.")
    return claimed.holder


def _is_over(session: Session, holder: Holder) -> bool:
    """Tell whether the order was rejected or canceled and nothing of it can come alive in Shopify (row 6c)."""
    ended = holder.status_before_archive or holder.status
    if ended not in (OrderStatus.REJECTED, OrderStatus.CANCELED):
        return False
    unresolved = exists().where(
        PushAttempt.order_id == holder.id,
        PushAttempt.outcome.is_(None) | (PushAttempt.outcome == "unknown"),
    )
    still_wanted = exists().where(
        Work.job.in_((jobs.PUSH_ORDER, jobs.CONFIRM_ORDER, jobs.CLOSE_ORDER)),
        Work.key == jobs.key_of({"order_id": holder.id}),
    )
    still_open = exists().where(ShopifyOrder.order_id == holder.id, ShopifyOrder.cancelled_at.is_(None))
    return not session.scalar(select(unresolved | still_wanted | still_open))


def _conflict(session: Session, holder: Holder, cart: Cart) -> OrderConflict:
    fields = differing_fields(cart_of(session, holder.id), cart)
    return OrderConflict(
        f"The order with this partner_order_id was made from another cart; different: {', '.join(fields)}.",
        fields,
    )
