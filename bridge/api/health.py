"""Whether this process lives, and whether it can serve."""

import functools
from typing import Any

from flask import current_app
from marshmallow import Schema, fields
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bridge import migrations
from bridge.api.database import database, twice_if_interrupted
from bridge.api.openapi import ContractBlueprint


class AliveSchema(Schema):
    """This process runs."""

    status = fields.String(required=True, metadata={"enum": ["ok"]})


class ChecksSchema(Schema):
    """What it needs, one by one."""

    database = fields.String(required=True, metadata={"enum": ["ok", "not migrated", "unreachable"]})
    redis = fields.String(required=True, metadata={"enum": ["ok", "unreachable"]})


class ReadySchema(Schema):
    """Whether this process can accept carts."""

    status = fields.String(required=True, metadata={"enum": ["ready", "degraded", "unready"]})
    checks = fields.Nested(ChecksSchema, required=True)


blueprint = ContractBlueprint("Operations", __name__, description="For balancers and supervisors.")


@blueprint.route("/healthz")
@blueprint.doc(security=[])
@blueprint.response(200, AliveSchema, description="It runs.")
def alive() -> dict[str, str]:
    """Alive

    Asks nobody, so that a sick database does not get this process restarted.
    """
    return {"status": "ok"}


@blueprint.route("/readyz")
@blueprint.doc(security=[])
@blueprint.response(200, ReadySchema, description="Carts can be accepted.")
@blueprint.alt_response(503, schema=ReadySchema, description="They cannot, now.")
def ready() -> tuple[dict[str, Any], int]:
    """Ready

    The database answers and is migrated. Redis is not needed for that: without it we are degraded, and
    nothing is lost.
    """
    checks = {
        "database": _database(),
        "redis": "ok" if current_app.extensions["bridge"].rate_limit.is_reachable() else "unreachable",
    }
    serving = checks["database"] == "ok"
    status = "unready" if not serving else "ready" if checks["redis"] == "ok" else "degraded"
    return {"status": status, "checks": checks}, 200 if serving else 503


def _database() -> str:
    def revision() -> str | None:
        with database().reading() as session:
            if session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return None
            return session.scalar(text("SELECT version_num FROM alembic_version"))

    try:
        return "ok" if twice_if_interrupted(revision) == _newest() else "not migrated"
    except SQLAlchemyError:
        return "unreachable"


@functools.cache
def _newest() -> str | None:
    return migrations.newest()
