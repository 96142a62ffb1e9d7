"""Every refusal and failure as contract 1's envelope: {"error", "details"}, and "errors" by field.

HTTP statuses and wording are chosen here and nowhere else.
"""

import traceback
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, json
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.contextvars import get_contextvars
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from bridge.api.database import sqlstate
from bridge.domain import errors

log = structlog.get_logger(__name__)

# What was refused, most exact class first: the status and the short message. The error's own text is the detail.
_REFUSALS: dict[type[errors.BridgeError], tuple[int, str]] = {
    errors.Unauthenticated: (401, "unauthorized"),
    errors.AccessDenied: (403, "access denied"),
    errors.DecisionNotFound: (404, "decision not found"),
    errors.NotFound: (404, "order not found"),
    errors.InvalidRequest: (400, "bad request"),
    errors.InvalidCart: (422, "validation failed"),
    errors.IdempotencyConflict: (409, "idempotency key conflict: same key used with different payload"),
    errors.OrderConflict: (409, "order conflict: same partner_order_id used with a different cart"),
    errors.IllegalMove: (409, "not possible"),
    errors.Busy: (503, "service unavailable"),
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
_LOCK_NOT_AVAILABLE = "55P03"
_RETRY_AFTER = {"Retry-After": "1"}


def register(app: Flask) -> None:
    """Answer whatever goes wrong in this app."""
    app.register_error_handler(errors.BridgeError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InterfaceError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _unexpected)


def envelope(
    status: int,
    error: str,
    details: str,
    *,
    fields: errors.FieldErrors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer."""
    body: dict[str, Any] = {"error": error, "details": details}
    if fields is not None:
        body["errors"] = fields
    return Response(json.dumps(body), status, headers, mimetype="application/json")


def _refused(error: errors.BridgeError) -> Response:
    answer = next((answer for kind, answer in _REFUSALS.items() if isinstance(error, kind)), None)
    if answer is None:  # An error of the shop has no business in a request.
        return _unexpected(error)
    status, short = answer
    headers = {}
    if isinstance(error, errors.Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="JafarShop"'
    fields = error.errors if isinstance(error, errors.InvalidCart) else None
    return envelope(status, short, error.message, fields=fields, headers=headers)


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:  # A redirect is no error.
        return error
    headers = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
    short = HTTP_STATUS_CODES.get(status, "error").lower()
    return envelope(status, short, error.description or short, headers=headers)


def _database_away(error: DBAPIError | PoolTimeout) -> Response:
    """Answer that the same request may be sent again: whatever was begun is undone or found by its key."""
    if isinstance(error, DBAPIError) and sqlstate(error) == _LOCK_NOT_AVAILABLE:
        return _refused(errors.TwinInFlight("Another request is working on the same key, order or item."))
    log.warning("database.away", error=type(error).__name__)
    return envelope(
        503, "service unavailable", "The request could not be completed; send it again.", headers=_RETRY_AFTER
    )


def _unexpected(error: Exception) -> Response:
    """Answer 500 and log where it happened. Not what: a message of the database quotes the customer."""
    log.error(
        "request.failed",
        error=type(error).__name__,
        where="".join(traceback.format_tb(error.__traceback__)),
    )
    request_id = get_contextvars().get("request_id", "")
    return envelope(
        500,
        "internal server error",
        f"Something went wrong on our side. Retry later, or contact support and name request {request_id}.",
    )
