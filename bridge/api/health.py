"""Whether this process lives, and whether it can serve."""

import functools

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bridge import migrations
from bridge.api.database import database, twice_if_interrupted

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """Answer that the process runs; asks nobody, so that a sick database does not get it restarted."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer 200 when carts can be accepted: the database answers and is migrated.

    Redis is not needed for that: without it we are degraded, and nothing is lost (ADR 0002).
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
