"""What is not Shopify: switches and windows for tests. Every path begins with two underscores."""

from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request

from simulator import storefront
from simulator.admin_api import reply, simulation
from simulator.faults import UnknownFault
from simulator.gids import gid
from simulator.overview import overview
from simulator.state import Settings

blueprint = Blueprint("controls", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Alive."""
    return reply({"status": "ok"})


@blueprint.post("/__faults")
def add_fault() -> Response:
    """Switch a fault on: {"fault", "operation"?, "times"?, "probability"?, "seconds"?, "seed"?}."""
    wish = request.get_json(silent=True)
    if not isinstance(wish, dict):
        return reply({"error": "a JSON object is needed"}, 400)
    try:
        return reply(simulation().faults.add(wish).described(), 201)
    except UnknownFault as problem:
        return reply({"error": str(problem)}, 400)


@blueprint.get("/__faults")
def list_faults() -> Response:
    """The faults that are on."""
    return reply(simulation().faults.listed())


@blueprint.delete("/__faults")
def clear_faults() -> Response:
    """Switch all of them off."""
    simulation().faults.clear()
    return reply({})


@blueprint.post("/__reset")
def reset() -> Response:
    """A new shop with the same catalog."""
    simulation().reset()
    return reply({})


@blueprint.post("/__settings")
def change_settings() -> Response:
    """Change what a merchant would set in the admin: any of the names of `Settings`."""
    wish = request.get_json(silent=True)
    names = {f.name for f in fields(Settings)}
    if not isinstance(wish, dict) or set(wish) - names:
        return reply({"error": f"a JSON object with some of: {', '.join(sorted(names))}"}, 400)
    store = simulation().store
    with store.lock:
        try:
            changed = {name: _setting(getattr(store.settings, name), wish[name]) for name in wish}
        except (ValueError, ArithmeticError) as problem:
            return reply({"error": str(problem)}, 400)
        vars(store.settings).update(changed)
        store.on_change()
        return reply(_printable(asdict(store.settings)))


def _setting(current: Any, value: Any) -> Any:
    """The value in the kind of the one that is set now.

    :raises ValueError: when it is of another kind, or below zero
    """
    kind = type(current)
    if kind in (bool, str):
        if not isinstance(value, kind):
            raise ValueError(f"{value!r} is no {kind.__name__}")
        return value
    number = kind(str(value))
    if not number >= 0 or isinstance(value, bool):
        raise ValueError(f"{value!r} is no number from 0 on")
    return number


@blueprint.post("/__locations/<int:number>")
def change_location(number: int) -> Response:
    """Deactivate a location, or activate it again: {"active"}. Orders and stock stay assigned to it."""
    wish = request.get_json(silent=True)
    store = simulation().store
    with store.lock:
        location = store.get("Location", number)
        if location is None or not isinstance(wish, dict) or not isinstance(wish.get("active"), bool):
            return reply({"error": 'a location\'s number, and {"active": true or false}'}, 400)
        location.is_active = wish["active"]
        store.on_change()
    return reply({"id": number, "active": location.is_active})


@blueprint.post("/__checkout")
def start_checkout() -> Response:
    """A customer opens a draft's invoice: {"draft_order_id"} -> {"checkout"}."""
    wish = request.get_json(silent=True) or {}
    store = simulation().store
    try:
        number = int(str(wish.get("draft_order_id")).rpartition("/")[2])
        with store.action():
            return reply({"checkout": storefront.start_checkout(store, number)}, 201)
    except ValueError as problem:
        return reply({"error": str(problem)}, 400)


@blueprint.post("/__storefront_order")
def storefront_order() -> Response:
    """The shop sells something by itself, or a checkout is paid.

    {"lines"?: [{"sku", "quantity"}], "email"?, "note"?, "tags"?, "paid"?} or {"checkout"} ->
    {"order_id", "admin_graphql_api_id", "name"}
    """
    wish = request.get_json(silent=True) or {}
    store = simulation().store
    try:
        with store.action():
            token = wish.get("checkout")
            order = storefront.pay_checkout(store, token) if token else storefront.buy(store, wish)
    except storefront.CannotBuy as problem:
        return reply({"error": str(problem)}, 400)
    return reply(
        {"order_id": order.id, "admin_graphql_api_id": gid("Order", order.id), "name": order.name}, 201
    )


@blueprint.get("/__state")
def state() -> Response:
    """Everything as JSON; the keys are documented in overview.py."""
    return reply(overview(simulation()))


def _printable(content: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Decimal) else v for k, v in content.items()}
