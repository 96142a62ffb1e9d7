"""POST /v1/carts/submit and /v1/carts/check."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Response, current_app, g, request

from bridge import failpoints
from bridge.api.database import database, twice_if_interrupted
from bridge.api.partner.blueprint import blueprint
from bridge.domain.errors import StockUnknown
from bridge.domain.idempotency import is_key
from bridge.domain.sku_matching import Match
from bridge.services.authenticate import Caller
from bridge.services.check_cart import check_cart
from bridge.services.submit_cart import ask_for_stock, submit_cart
from bridge.services.write_cart import Submission, Submitter
from schemas.partner import CartSchema, cart_from, invalid
from schemas.partner_decisions import CheckSchema
from schemas.partner_orders import SubmissionSchema, submission_body

_KEY_HEADER = "Idempotency-Key"
_EXAMPLE = {
    "partner_order_id": "ORDER-2024-001",
    "items": [
        {
            "sku": "JS-PROD-001",
            "title": "Product Name",
            "price": 29.99,
            "quantity": 2,
            "product_url": "https://your-store.com/product/js-prod-001",
        }
    ],
    "customer": {"name": "John Doe", "phone": "+1234567890"},
    "shipping": {
        "street": "123 Main Street",
        "city": "New York",
        "state": "NY",
        "postal_code": "10001",
        "country": "US",
    },
    "totals": {"subtotal": 59.98, "tax": 4.80, "shipping": 5.00, "total": 69.78},
    "payment_status": "paid",
    "payment_method": "Credit Card",
}
_CHECKED = {
    "would_create_order": True,
    "items": [
        {
            "sku": "JS-PROD-001",
            "quantity": 2,
            "is_supplier_item": True,
            "mapped": True,
            "in_stock": True,
            "available": 17,
            "reason": None,
        }
    ],
}
_REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` when this is the answer given before under the same key.",
        "schema": {"type": "string"},
    }
}
_DECIDED = {
    "X-Decision-Id": {
        "description": "Names the decision about every line, kept for 90 days: `GET /v1/decisions/{id}`.",
        "schema": {"type": "string", "format": "uuid"},
    }
}
_KEY_PARAMETER = {
    "in": "header",
    "name": _KEY_HEADER,
    "required": False,
    "description": "One per submission, as a UUID; kept when the same submission is sent again. "
    "1 to 255 visible characters, valid for 24 hours. The same key with the same cart gives the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


@blueprint.route("/carts/submit", methods=["POST"])
@blueprint.doc(parameters=[_KEY_PARAMETER])
@blueprint.arguments(CartSchema, example=_EXAMPLE)
@blueprint.response(
    200, SubmissionSchema, description="We made, or already had, an order.", headers=_DECIDED | _REPLAYED
)
@blueprint.alt_response(
    204,
    description="Nothing in this cart is ours or in stock: no order. A success.",
    headers=_DECIDED | _REPLAYED,
)
@blueprint.refuses(400, 409, 413, 415, 422)
def submit(fields: dict[str, Any]) -> Response:
    """Submit a cart

    Creates an order for the lines that we supply and have in stock; the other lines stay yours. There is
    one order for each `partner_order_id`: sending the same cart again answers with the order that is there.
    """
    caller: Caller = g.caller
    key = _idempotency_key()
    cart = cart_from(fields, currency=caller.currency, strict_totals=caller.strict_totals)
    tried: list[UUID] = []
    stale_after, shop_buffer = _stock_settings()

    def once() -> Submission:
        # A new id each time: what an unheard commit left behind is somebody else's then.
        tried.append(uuid4())
        with database().transaction() as session:
            return submit_cart(
                session,
                submitter=Submitter(caller.partner_id, caller.legacy_names, caller.auto_confirm),
                cart=cart,
                key=key,
                order_id=tried[-1],
                stale_after=stale_after,
                shop_buffer=shop_buffer,
                render=submission_body,
            )

    try:
        submission = twice_if_interrupted(once)
    except StockUnknown as unknown:
        with database().transaction() as session:
            ask_for_stock(session, unknown=unknown)
        raise
    failpoints.hit("submit.committed")
    # The answer of our own unheard commit is no replay.
    return _answer(submission, is_replay=submission.is_replay and submission.decision_id not in tried)


@blueprint.route("/carts/check", methods=["POST"])
@blueprint.arguments(CartSchema, example=_EXAMPLE)
@blueprint.response(200, CheckSchema, description="What a submit would decide now.", example=_CHECKED)
@blueprint.refuses(400, 413, 415, 422)
def check(fields: dict[str, Any]) -> Match:
    """Check a cart

    The same body, the same validation and the same decision as a submit. Nothing is kept and nothing is
    reserved, so another customer may be faster. It looks at the lines alone: a `partner_order_id` that has
    an order already is no obstacle here.
    """
    caller: Caller = g.caller
    cart = cart_from(fields, currency=caller.currency, strict_totals=caller.strict_totals)

    stale_after, shop_buffer = _stock_settings()

    def read() -> Match:
        with database().reading() as session:
            return check_cart(
                session,
                partner_id=caller.partner_id,
                cart=cart,
                stale_after=stale_after,
                shop_buffer=shop_buffer,
            )

    return twice_if_interrupted(read)


def _stock_settings() -> tuple[timedelta, int]:
    """Return the age at which stock is flagged, and the units that stay in the shop."""
    settings = current_app.extensions["bridge"].settings
    return timedelta(seconds=settings.stock_stale_after_seconds), settings.stock_buffer


def _answer(submission: Submission, *, is_replay: bool) -> Response:
    if submission.order_id is None:
        response = Response(status=204)
    else:
        response = Response(submission.body, 200, mimetype="application/json")
    response.headers["X-Decision-Id"] = str(submission.decision_id)
    if is_replay:
        response.headers["Idempotent-Replayed"] = "true"
    g.log = {"order_id": str(submission.order_id), "replay": is_replay}
    return response


def _idempotency_key() -> str | None:
    key = request.headers.get(_KEY_HEADER)
    if key is not None and not is_key(key):
        raise invalid({_KEY_HEADER: ["Must be 1 to 255 visible ASCII characters."]})
    return key
