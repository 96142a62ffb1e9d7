"""GET /v1/orders/{id} and GET /v1/admin/orders."""

from typing import Any

from flask import g

from bridge.api.database import database, twice_if_interrupted
from bridge.api.partner.blueprint import blueprint
from bridge.services.authenticate import Caller
from bridge.services.order_queries import OrderLine, OrderView, get_order, list_orders
from schemas.partner_orders import OrderListQuerySchema, OrderPageSchema, OrderSchema


@blueprint.route(
    "/orders/<anything:id>",
    parameters=[
        {
            "in": "path",
            "name": "id",
            "description": "The `supplier_order_id` we returned, or your own `partner_order_id`.",
        }
    ],
)
@blueprint.response(200, OrderSchema, description="The order as it is now.")
@blueprint.refuses(404)
def show(id: str) -> OrderView:  # noqa: A002  the contract's own name for it
    """Get one order

    By our id or by your own number; your number finds the newest order that had it.
    """
    caller: Caller = g.caller

    def read() -> OrderView:
        with database().reading() as session:
            return get_order(
                session, partner_id=caller.partner_id, reference=id, legacy_names=caller.legacy_names
            )

    return twice_if_interrupted(read)


@blueprint.route("/admin/orders")
@blueprint.arguments(OrderListQuerySchema, location="query", error_status_code=400)
@blueprint.response(200, OrderPageSchema, description="Your own orders, newest first.")
@blueprint.refuses(400)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """List your orders

    Newest first. New orders come before those already listed, so walking by offset misses none.
    """
    caller: Caller = g.caller

    def read() -> list[OrderLine]:
        with database().reading() as session:
            return list(
                list_orders(
                    session,
                    partner_id=caller.partner_id,
                    status=query.get("status"),
                    limit=query["limit"],
                    offset=query["offset"],
                    legacy_names=caller.legacy_names,
                )
            )

    return {"orders": twice_if_interrupted(read), "limit": query["limit"], "offset": query["offset"]}
