"""The Admin API's two doors: GraphQL and the client-credentials grant."""

import hmac
import json
import re
import time
import uuid
from typing import Any

from flask import Blueprint, Response, current_app, request

from simulator import api_errors, execution, tokens
from simulator.simulation import Simulation

blueprint = Blueprint("admin_api", __name__)
NEWEST_VERSION = "2026-07"
# An older one falls forward to the oldest served; https://shopify.dev/docs/api/usage/versioning
SERVED = ("2026-01", "2026-04", NEWEST_VERSION, "2026-10", "2027-01", "unstable")
_VERSION = re.compile(r"^(20(19|2[0-6])-(01|04|07|10)|2027-01|unstable)$")


def simulation() -> Simulation:
    """The shop of this process."""
    found: Simulation = current_app.extensions["simulation"]
    return found


def reply(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer with the headers that Shopify sends."""
    response = Response(json.dumps(body), status, mimetype="application/json")
    response.headers["X-Request-Id"] = str(uuid.uuid4())
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def drop_connection() -> Response:
    """Close the client's connection without a word."""
    request.environ["simulator.drop_connection"]()
    return Response(status=500)  # Nobody reads it.


@blueprint.post("/admin/oauth/access_token")
def access_token() -> Response:
    """The client-credentials grant: form or JSON."""
    fields = request.get_json(silent=True) or request.form
    shop = simulation()
    if fields.get("grant_type") != "client_credentials":
        return reply({"error": "unsupported_grant_type"}, 400)
    if not fields.get("client_id") or not hmac.compare_digest(
        str(fields.get("client_secret", "")).encode(), shop.secret.encode()
    ):
        message = "The client credentials are invalid"
        return reply({"error": "invalid_client", "error_description": message}, 401)
    with shop.store.lock:
        return reply(tokens.grant(shop.store))


@blueprint.post("/admin/api/<version>/graphql.json")
def graphql(version: str) -> Response:
    """Execute one GraphQL request, unless a fault strikes first."""
    shop = simulation()
    if not _VERSION.match(version):
        return reply({"errors": "Not Found"}, 404)
    token = request.headers.get("X-Shopify-Access-Token", "")
    if shop.faults.draw("expire_token", set()):
        tokens.expire(shop.store, token)
        return reply({"errors": tokens.REFUSAL}, 401)
    if not tokens.is_good(shop.store, token):
        return reply({"errors": tokens.REFUSAL}, 401)
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return reply({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    version = version if version in SERVED else SERVED[0]
    headers = {"X_Shopify_API_Version": version}
    try:
        operation = execution.prepare(body)
        return _answer(shop, operation, token, version)
    except execution.Refused as refusal:
        return reply(refusal.body, **headers)


def _answer(shop: Simulation, operation: execution.Operation, token: str, version: str) -> Response:
    """Faults, price, work, faults: in this order.

    :raises execution.Refused: when it is not to be executed
    """
    names = operation.names
    shop.count(operation.roots)
    if slow := shop.faults.draw("slow", names):
        time.sleep(slow.seconds)
    if shop.faults.draw("refuse", names):
        return drop_connection()
    if shop.faults.draw("error_500", names):
        return Response(
            "<html><body><h1>500 Internal Server Error</h1></body></html>",
            500,
            mimetype="text/html",
        )
    if shop.faults.draw("internal_error", names):
        raise execution.Refused(api_errors.internal_error())
    if shop.faults.draw("throttle", names):
        shop.count(operation.roots, throttled=True)
        raise execution.throttled(operation, min(operation.requested - 1, 5))
    try:
        execution.charge(operation, shop.buckets, token)
    except execution.Refused:
        shop.count(operation.roots, throttled=True)
        raise
    stale = shop.faults.draw("stale_search", names) if operation.searches else None
    result = execution.run(
        operation,
        shop.store,
        token=token,
        version=version,
        stale_seconds=stale.seconds if stale else 0,
    )
    if shop.faults.draw("lost_reply", names):
        return drop_connection()
    answer = execution.answer(operation, result, shop.buckets, token)
    return reply(answer, X_Shopify_API_Version=version)
