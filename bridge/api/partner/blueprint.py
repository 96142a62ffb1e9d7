"""The door of contract 1: every request is authenticated, then counted."""

from flask import current_app

from bridge.api.openapi import ContractBlueprint
from bridge.domain.api_keys import Scope

blueprint = ContractBlueprint(
    "Partner API", __name__, url_prefix="/v1", description="Submit carts, follow the orders."
)


@blueprint.before_request
def admit() -> None:
    """Let in who has a key of contract 1 and has not asked too often."""
    door = current_app.extensions["bridge"]
    door.rate_limit.check(door.doorkeeper.admit(Scope.PARTNER))
