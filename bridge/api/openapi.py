"""The contracts' machine-readable description, collected from the routes themselves, and how it is shown."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask_smorest
from flask import Blueprint, Flask, current_app, render_template
from flask.typing import ResponseReturnValue

from bridge.api.parsing import StrictParser
from schemas.partner_orders import ErrorSchema

View = TypeVar("View", bound=Callable[..., Any])

_DESCRIPTION = """\
Submit the carts of your checkout, follow the orders that come of them.

`GET /v1/catalog` lists what we supply for you; `POST /v1/carts/check` tells what would become of a cart.
Each submit, a `204` too, has an `X-Decision-Id`: `GET /v1/decisions/{id}` tells why each line was ours or not.

Send `Authorization: Bearer YOUR_API_KEY` with every request. Amounts are JSON numbers in major units of
the currency agreed for your account. Every error is `{"error", "details"}`, with `errors` by field where
fields are wrong. A `503` has a `Retry-After`: send the same request again.
"""

CONFIG = {
    "API_TITLE": "JafarShop Partner API",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "API_SPEC_OPTIONS": {
        "info": {"description": _DESCRIPTION},
        "components": {"securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}}},
        "security": [{"apiKey": []}],
        "servers": [{"url": "/"}],
    },
}

# What each refusal means, whichever route it comes from.
_MEANINGS = {
    400: "The request makes no sense: not JSON, or a parameter has a value it cannot have.",
    401: "The API key is missing or invalid.",
    403: "The API key is for another part of the API, or the order is another partner's.",
    404: "There is no such thing for your account.",
    409: "The Idempotency-Key or the partner_order_id was used with another cart.",
    413: "The body is over 1 MiB.",
    415: "The Content-Type is not application/json.",
    422: "The cart is not valid; `errors` names every field.",
    429: "Too many requests; wait for Retry-After.",
    500: "Our fault; retry later.",
    503: "Cannot be answered now; send the same request again after Retry-After.",
}
_EVERY_ROUTE = (401, 403, 429, 500, 503)
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
_HEADERS = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}


class Api(flask_smorest.Api):
    """flask-smorest without its error answers; ours are `errors.register`."""

    ERROR_SCHEMA = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME = None  # Every refusal is listed by its status instead.

    def _register_error_handlers(self) -> None:
        """Leave the errors to the app."""


class ContractBlueprint(flask_smorest.Blueprint):
    """A contract's routes, each with its description; bodies are read by the strict reader."""

    ARGUMENTS_PARSER = StrictParser()

    def refuses(self, *statuses: int) -> Callable[[View], View]:
        """Describe the refusals of a route that needs a key: its own `statuses`, and those of every route."""

        def describe(view: View) -> View:
            for status in {*statuses, *_EVERY_ROUTE}:
                view = self.alt_response(
                    status,
                    schema=ErrorSchema,
                    description=_MEANINGS[status],
                    headers=_HEADERS.get(status),
                )(view)
            return view

        return describe


docs = Blueprint("docs", __name__)


@docs.get("/docs")
def page() -> ResponseReturnValue:
    """Show openapi.json to a person: one page, no script, nothing from elsewhere."""
    spec = current_app.extensions["bridge"].openapi()
    html = render_template("docs.html", spec=spec, resolve=lambda part: _resolved(spec, part))
    return html, {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    }


def _resolved(spec: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref` within the description."""
    while "$ref" in part:
        target: Any = spec
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def register(app: Flask) -> Api:
    """Serve /openapi.json and /docs; contracts are added with `register_blueprint`."""
    app.config.update(CONFIG)
    app.register_blueprint(docs)
    return Api(app)
