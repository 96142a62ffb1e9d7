"""A partner's cart becomes an order, once, in one transaction of at most five messages.

Messages to PostgreSQL are what a submit costs (docs/performance.md), so the statements are written by hand
and travel together: BEGIN, the claim (`claim_cart`), the decision in Python, the writes (`write_cart`), COMMIT.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bridge import failpoints, jobs
from bridge.domain.carts import Cart
from bridge.domain.errors import IdempotencyConflict, OrderConflict, StockUnknown, TwinInFlight
from bridge.domain.idempotency import differing_fields, digest
from bridge.domain.order_status import OrderStatus
from bridge.domain.sku_matching import match
from bridge.models import PushAttempt, ShopifyOrder, Work
from bridge.services.claim_cart import Claimed, Holder, KeyRow, claim_cart
from bridge.services.order_queries import cart_of
from bridge.services.write_cart import CartWriter, Render, Submission, Submitter

# How often a number may change hands under one submit before the caller is asked to come again.
_ROUNDS = 3


def submit_cart(
    session: Session,
    *,
    submitter: Submitter,
    cart: Cart,
    key: str | None,
    order_id: UUID,
    stale_after: timedelta,
    shop_buffer: int,
    render: Render,
) -> Submission:
    """Accept a cart: an order for the lines we supply, the answer given before, or nothing of ours.

    Safe to repeat in another transaction, with another `order_id`, when it is unknown whether the first one
    was committed: the claims find what is there.

    :param key: the partner's idempotency key; without one the number alone guards against doubles
    :param order_id: the id the order gets if it is made; one that was never used before
    :param stale_after: age at which an observation of stock is flagged
    :param shop_buffer: units kept back where neither item nor partner says otherwise
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
            shop_buffer=shop_buffer,
            supersedes=supersedes,
        )

    writer = CartWriter(session, submitter, cart, key, order_id, render)
    claimed = claim()
    failpoints.hit("submit.claimed")
    if claimed.key is not None and not claimed.key.is_ours:
        return _replay(claimed.key, fingerprint)
    for _ in range(_ROUNDS):
        holder = _holder(claimed)
        if holder.id == order_id:
            matched = match(cart.items, claimed.listings, claimed.stocks)
            return writer.accept(matched) if matched.has_supplier_items else writer.answer_nothing(matched)
        if holder.cart_digest == fingerprint:
            return writer.answer_existing(holder)
        if not _is_over(session, holder):
            raise _conflict(session, holder, cart)
        # A savepoint, so that a cart with nothing of ours gives the number back.
        savepoint = session.begin_nested()
        claimed = claim(supersedes=holder)
        if _holder(claimed).id == order_id:
            matched = match(cart.items, claimed.listings, claimed.stocks)
            if matched.has_supplier_items:
                return writer.accept(matched)
            savepoint.rollback()
            return writer.answer_nothing(matched)
    raise TwinInFlight("The order with this partner_order_id is changing just now.")


def ask_for_stock(session: Session, *, unknown: StockUnknown) -> None:
    """Ask for the observations that a cart lacked, in a transaction of their own: its own is undone."""
    for item in unknown.inventory_item_ids:
        jobs.request(session, jobs.READ_STOCK, inventory_item_id=item)


def _replay(key: KeyRow, fingerprint: bytes) -> Submission:
    if key.fingerprint != fingerprint:
        raise IdempotencyConflict("This Idempotency-Key was sent before with another cart: change either.")
    if key.body is None or key.order_id is None:  # Only a committed answer can be seen here.
        raise TwinInFlight("A request with this Idempotency-Key is being worked on.")
    return Submission(key.order_id, key.order_id if key.body else None, key.body, is_replay=True)


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
