"""GET /v1/catalog."""

import hashlib
from typing import Any

from flask import Response, current_app, g, json, request

from bridge.api.database import database, twice_if_interrupted
from bridge.api.partner.blueprint import blueprint
from bridge.services.authenticate import Caller
from bridge.services.list_catalog import CatalogPage, list_catalog
from schemas.partner_catalog import CatalogPageSchema, CatalogQuerySchema

_ETAG = {
    "ETag": {
        "description": "Names exactly these bytes; send it as `If-None-Match`.",
        "schema": {"type": "string"},
    }
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The `ETag` of the same page as you have it.",
    "schema": {"type": "string"},
}


@blueprint.route("/catalog")
@blueprint.doc(parameters=[_IF_NONE_MATCH])
@blueprint.arguments(CatalogQuerySchema, location="query", error_status_code=400)
@blueprint.response(200, CatalogPageSchema, description="A page of your SKUs.", headers=_ETAG)
@blueprint.alt_response(304, description="The page is as you have it.", headers=_ETAG)
@blueprint.refuses(400)
def catalog(query: dict[str, Any]) -> Response:
    """Read your catalog

    The SKUs that we supply for you, with what can be ordered of each at this moment. Walk it by
    `next_cursor`: imports that run meanwhile neither hide nor repeat a SKU. With `updated_since` you keep
    in step: what changed is listed, stock that moved and what is retired included.
    """
    caller: Caller = g.caller
    shop_buffer = current_app.extensions["bridge"].settings.stock_buffer

    def read() -> CatalogPage:
        with database().reading() as session:
            return list_catalog(
                session,
                partner_id=caller.partner_id,
                after=query["cursor"],
                updated_since=query["updated_since"],
                limit=query["limit"],
                shop_buffer=shop_buffer,
            )

    body = json.dumps(CatalogPageSchema().dump(twice_if_interrupted(read)))
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body.encode()).hexdigest())
    # One partner's page, to be asked about each time.
    response.headers["Cache-Control"] = "private, no-cache"
    # Of the conditions that there are the one that is described: If-Match would make a 412 of it.
    return response.make_conditional({**request.environ, "HTTP_IF_MATCH": ""})
