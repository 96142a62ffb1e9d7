"""Puts the web process together: the contracts, who may call, how often, and what errors look like."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import simplejson
from flask import Flask
from flask.json.provider import JSONProvider
from werkzeug.routing import BaseConverter

from bridge.api import errors, health, openapi, parsing, partner, rate_limit, request_log, shopify_webhooks
from bridge.api import metrics as metrics_door
from bridge.api.auth import Doorkeeper
from bridge.api.metrics import Metrics
from bridge.api.rate_limit import RateLimit
from bridge.db import Database
from bridge.shopify.lookout import Lookout
from config.settings import Settings


@dataclass(frozen=True)
class Bridge:
    """What requests need; the app has it as `extensions["bridge"]`."""

    settings: Settings
    db: Database
    doorkeeper: Doorkeeper
    rate_limit: RateLimit
    metrics: Metrics
    api: openapi.Api

    @cached_property
    def _spec(self) -> dict[str, Any]:
        return dict(self.api.spec.to_dict())

    def openapi(self) -> dict[str, Any]:
        """Return the description of every route."""
        return self._spec


class ExactJSON(JSONProvider):
    """Decimals are printed as the numbers they are; a float would change money."""

    def dumps(self, obj: Any, *, indent: int | None = None, **_kwargs: Any) -> str:
        separators = (",", ":") if indent is None else (",", ": ")
        return str(simplejson.dumps(obj, use_decimal=True, indent=indent, separators=separators))

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return simplejson.loads(s, use_decimal=True)


class _Anything(BaseConverter):
    """Whatever is left of the path, slashes included."""

    regex = ".+?"
    part_isolating = False
    weight = 200  # After every rule that says more.


def create_app(settings: Settings, *, ring: Callable[[], None]) -> Flask:
    """Make the web application; it opens no connection before its first request.

    :param ring: tells the workers that there is work, after a commit; returns at once
    """
    app = Flask(__name__, static_folder=None)
    app.json = ExactJSON(app)
    # A partner's own number may hold slashes, at its beginning too, and two of them are not one.
    app.url_map.merge_slashes = False
    app.url_map.converters["anything"] = _Anything
    request_log.register(app)
    app.after_request(rate_limit.add_headers)
    app.after_request(parsing.discard_rest)
    metrics = Metrics(
        Database(settings.database_url, pool_size=1, application_name="bridge metrics"),
        Lookout(settings.redis_url, settings.shopify_shop),
        folder=settings.metrics_folder,
        stale_after_seconds=settings.stock_stale_after_seconds,
    )
    metrics_door.register(app, metrics)
    errors.register(app)
    app.register_blueprint(shopify_webhooks.blueprint)
    api = openapi.register(app)
    for contract in (partner, health):
        api.register_blueprint(contract.blueprint)
    db = Database(
        settings.database_url,
        ring=ring,
        pool_size=settings.database_pool_size,
        patience_seconds=settings.database_patience_seconds,
        application_name="bridge web",
    )
    app.extensions["bridge"] = Bridge(
        settings=settings,
        db=db,
        doorkeeper=Doorkeeper(db, settings.api_key_pepper),
        rate_limit=RateLimit(settings.redis_url, rate=settings.rate_per_second, burst=settings.rate_burst),
        metrics=metrics,
        api=api,
    )
    return app
