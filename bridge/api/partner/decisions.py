"""GET /v1/decisions/{id}."""

from uuid import UUID

from flask import g

from bridge.api.database import database, twice_if_interrupted
from bridge.api.partner.blueprint import blueprint
from bridge.domain.errors import DecisionNotFound
from bridge.models import Decision
from bridge.services.authenticate import Caller
from bridge.services.read_decision import read_decision
from schemas.partner_decisions import DecisionSchema


@blueprint.route(
    "/decisions/<id>",
    parameters=[
        {"in": "path", "name": "id", "description": "The `X-Decision-Id` of the answer to your submit."}
    ],
)
@blueprint.response(200, DecisionSchema, description="What was decided then, line by line.")
@blueprint.refuses(404)
def explain(id: str) -> Decision:  # noqa: A002  the contract's own name for it
    """Explain a decision

    Why each line of a cart was ours or was not when you submitted it, with the number of units there were.
    An answer of 204 has one too. Decisions are kept for 90 days.
    """
    caller: Caller = g.caller
    try:
        decision_id = UUID(id)
    except ValueError as error:
        raise DecisionNotFound("This is not the ID of a decision.") from error

    def read() -> Decision:
        with database().reading() as session:
            return read_decision(session, partner_id=caller.partner_id, decision_id=decision_id)

    return twice_if_interrupted(read)
