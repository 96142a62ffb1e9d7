"""What a partner may read of the decisions about its carts."""

from uuid import UUID

from sqlalchemy.orm import Session

from bridge.domain.errors import DecisionNotFound
from bridge.models import Decision


def read_decision(session: Session, *, partner_id: UUID, decision_id: UUID) -> Decision:
    """Return a decision about one of the partner's own carts.

    :raises DecisionNotFound: unknown, over 90 days old, or about somebody else's cart
    """
    decision = session.get(Decision, decision_id)
    if decision is None or decision.partner_id != partner_id:
        raise DecisionNotFound("No decision with this ID for your account; they are kept for 90 days.")
    return decision
