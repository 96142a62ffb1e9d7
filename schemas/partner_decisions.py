"""Contract 1's explanations: what would become of a cart, and what became of one."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from bridge.domain.sku_matching import CustomReason, Match, MatchedItem
from bridge.models import Decision
from schemas.fields import Moment

_NOT_MAPPED = (CustomReason.UNMAPPED, CustomReason.RETIRED)


class DecidedLineSchema(Schema):
    """One line of the cart and what was decided about it, in the order of the cart."""

    sku = fields.String(required=True, metadata={"example": "JDTQ1834"})
    quantity = fields.Integer(required=True, metadata={"example": 2})
    is_supplier_item = fields.Boolean(
        required=True, metadata={"description": "Whether we ship it; if not, it stays yours."}
    )
    mapped = fields.Boolean(required=True, metadata={"description": "Whether the SKU is in your catalog."})
    in_stock = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={
            "description": "Whether there is enough for all lines of the cart that ask for this product, "
            "which get all or nothing. `null` where the SKU is not mapped."
        },
    )
    available = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "Units that could be promised at that moment; `null` where there is no limit, "
            "or the SKU is not mapped.",
            "example": 17,
        },
    )
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why the line stays yours; `null` when we ship it.",
            "enum": [*(reason.value for reason in CustomReason), None],
        },
    )


class CheckSchema(Schema):
    """What a submit of this cart would decide now. Nothing is reserved."""

    would_create_order = fields.Boolean(
        required=True, metadata={"description": "False: a submit would answer 204."}
    )
    items = fields.List(fields.Nested(DecidedLineSchema), required=True)

    @pre_dump
    def _flatten(self, matched: Match, **_: Any) -> dict[str, Any]:
        return {
            "would_create_order": matched.has_supplier_items,
            "items": [_checked(line) for line in matched.items],
        }


class DecisionSchema(Schema):
    """What was decided about a submitted cart, and why."""

    decision_id = fields.String(required=True, metadata={"format": "uuid"})
    partner_order_id = fields.String(required=True)
    supplier_order_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "uuid", "description": "The order that was made; `null` after a 204."},
    )
    decided_at = Moment(required=True)
    items = fields.List(fields.Nested(DecidedLineSchema), required=True)

    @pre_dump
    def _flatten(self, decision: Decision, **_: Any) -> dict[str, Any]:
        return {
            "decision_id": str(decision.id),
            "partner_order_id": decision.partner_order_id,
            "supplier_order_id": str(decision.id) if decision.made_order else None,
            "decided_at": decision.created_at,
            "items": [
                decided_line(line["sku"], line["quantity"], line["reason"], line["available"])
                for line in decision.lines
            ],
        }


def _checked(line: MatchedItem) -> dict[str, Any]:
    return decided_line(line.item.sku, line.item.quantity, line.custom_reason, line.available)


def decided_line(sku: str, quantity: int, reason: str | None, available: int | None) -> dict[str, Any]:
    """Return one line as `DecidedLineSchema` prints it.

    :param reason: why it is not ours, None when it is
    """
    mapped = reason not in _NOT_MAPPED
    return {
        "sku": sku,
        "quantity": quantity,
        "is_supplier_item": reason is None,
        "mapped": mapped,
        "in_stock": reason is None if mapped else None,
        "available": available,
        "reason": reason,
    }
