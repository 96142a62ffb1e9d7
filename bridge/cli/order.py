"""`python -m bridge order …`: what staff see of orders and decide about them; the same services as the console."""

from dataclasses import asdict
from typing import Any

import click

from bridge.cli import Noun
from bridge.cli.context import Context, table, whoami
from bridge.cli.order_text import in_full, listed, told
from bridge.domain.errors import Busy
from bridge.models import Order
from bridge.services import link_order, order_decisions, order_listing, reconcile
from bridge.services.order_decisions import decide
from config.settings import DATABASE, REDIS, SHOPIFY

_REASON = click.option("--reason", required=True, metavar="TEXT", help="Why; the partner reads it.")


@click.group(cls=Noun)
def group() -> None:
    """Orders of every partner. ID is ours, or the partner's number where only one partner has it."""


@group.command("list")
@click.option("--status", help="Such as UNFULFILLED, or the older names.")
@click.option("--partner", metavar="NAME")
@click.option("--attention", is_flag=True, help="Only those that wait for staff.")
@click.option("--search", metavar="TEXT", help="Part of a number, of a customer's name, of Shopify's names.")
@click.option("--limit", type=click.IntRange(1, order_listing.MAX_PAGE), default=50, show_default=True)
@click.option("--after", type=click.UUID, metavar="ID", help="The page after this order.")
@click.pass_obj
def list_(bridge: Context, **filters: Any) -> None:
    """List orders, newest first, a page at a time."""
    with bridge.db.transaction() as session:
        found = order_listing.list_orders(session, **filters)
        shown = [listed(one) for one in found]
    following = shown[-1]["id"] if len(shown) == filters["limit"] else None
    headings = ("id", "partner", "partner_order_id", "status", "total", "currency", "created_at", "attention")
    text = table(headings, [[order[heading] for heading in headings] for order in shown])
    if following:
        text += f"\nmore: --after {following}"
    bridge.answer({"orders": shown, "next": following}, text=text)


@group.command("show")
@click.argument("reference", metavar="ID")
@click.pass_obj
def show(bridge: Context, reference: str) -> None:
    """Show one order with its timeline, its attempts, whose lines they are, and what is stuck about it."""
    with bridge.db.transaction() as session:
        shown = in_full(order_listing.order_in_full(session, order_listing.find_order(session, reference)))
    bridge.answer(shown, text=told(shown))


@group.command("confirm", needs=(DATABASE, REDIS))
@click.argument("reference", metavar="ID")
@click.option("--accept-changes", is_flag=True, help="Although staff changed the draft, or stock is gone.")
@click.pass_obj
def confirm(bridge: Context, reference: str, accept_changes: bool) -> None:
    """Confirm an order; a worker makes the Shopify order as soon as the draft is there."""
    _decide(
        bridge, reference, order_decisions.request_confirm, "will be confirmed", accept_changes=accept_changes
    )


@group.command("reject", needs=(DATABASE, REDIS))
@click.argument("reference", metavar="ID")
@_REASON
@click.pass_obj
def reject(bridge: Context, reference: str, reason: str) -> None:
    """Reject an order that waits for confirmation."""
    _decide(bridge, reference, order_decisions.request_reject, "will be rejected", reason=reason)


@group.command("cancel", needs=(DATABASE, REDIS))
@click.argument("reference", metavar="ID")
@_REASON
@click.pass_obj
def cancel(bridge: Context, reference: str, reason: str) -> None:
    """Cancel an order of which nothing has shipped."""
    _decide(bridge, reference, order_decisions.request_cancel, "will be canceled", reason=reason)


@group.command("complete", needs=(DATABASE, REDIS))
@click.argument("reference", metavar="ID")
@click.pass_obj
def complete(bridge: Context, reference: str) -> None:
    """Say that a shipped order was delivered, where the carrier never does."""
    _decide(bridge, reference, order_decisions.complete, "is complete")


@group.command("resync", needs=(DATABASE, REDIS))
@click.argument("reference", metavar="ID")
@click.pass_obj
def resync(bridge: Context, reference: str) -> None:
    """Ask Shopify again what is true of an order, and try again what is stuck about it."""
    _decide(bridge, reference, order_decisions.resync, "will be read again")


@group.command("reconcile", needs=(DATABASE, REDIS, SHOPIFY))
@click.pass_obj
def reconcile_now(bridge: Context) -> None:
    """Look in Shopify now for what was missed, as the schedule does, and list what names an order we do not have."""
    every_seconds = bridge.settings.reconcile_seconds
    drift = reconcile.reconcile(bridge.db, bridge.shop, every_seconds=every_seconds)
    if drift is None:
        raise Busy("a reconciliation is running; its end is in the log as reconcile.done or reconcile.drift")
    text = (
        f"Looked at {drift.looked_at} on {drift.pages} pages: {drift.behind} behind, {drift.unlinked} unlinked,"
        f" {drift.lost_work} without their work; {drift.reread} are read anyway."
    )
    unknown = [[what, named] for what, named in sorted(drift.unknown.items())]
    if unknown:
        text += "\nIn Shopify, naming an order that is not here:\n" + table(("in shopify", "order"), unknown)
    bridge.answer(asdict(drift), text=text)


@group.command("link", needs=(DATABASE, REDIS, SHOPIFY))
@click.argument("reference", metavar="ID")
@click.argument("shopify_id", metavar="SHOPIFY_ID")
@click.pass_obj
def link(bridge: Context, reference: str, shopify_id: str) -> None:
    """Make SHOPIFY_ID (a number or a gid) the Shopify order of an order of ours."""
    number = shopify_id.removeprefix("gid://shopify/Order/")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise click.BadParameter(f"{shopify_id!r} is neither a number nor a gid of an order")
    order_id = _find(bridge, reference).id
    order = link_order.link_order(
        bridge.db, bridge.shop, order_id=order_id, shop_order_id=int(number), by=whoami()
    )
    _answer(bridge, order, f"is linked to {order.shopify_order_name}")


def _decide(bridge: Context, reference: str, decision: Any, what: str, **how: Any) -> None:
    order = decide(bridge.db, decision, order_id=_find(bridge, reference).id, by=whoami(), **how)
    _answer(bridge, order, what)


def _find(bridge: Context, reference: str) -> Order:
    with bridge.db.transaction() as session:
        return order_listing.find_order(session, reference)


def _answer(bridge: Context, order: Order, what: str) -> None:
    answer = {
        "id": order.id,
        "partner_order_id": order.partner_order_id,
        "status": order.status,
        "confirm_requested_at": order.confirm_requested_at,
        "intent": order.intent,
        "shopify_order_id": order.shopify_order_id,
        "shopify_order_name": order.shopify_order_name,
    }
    bridge.answer(answer, text=f"Order {order.partner_order_id} ({order.id}) {what}.")
