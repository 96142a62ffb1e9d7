"""Contract 1's catalog: which page is asked for, and what a page is."""

import base64
from datetime import UTC
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump, validate

from bridge.domain.stock import Availability
from schemas.fields import Count, Moment

MAX_LIMIT = 500
# It tells our cursors from other people's base64, and a later kind from this one.
_PREFIX = "sku:"


class Cursor(fields.Field[str]):
    """The place in the catalog where a page ended, in a form that nobody is tempted to make up."""

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> str:
        try:
            place = base64.b64decode(value, altchars=b"-_", validate=True).decode()
        except ValueError as error:
            raise _foreign() from error
        if not place.startswith(_PREFIX) or "\x00" in place:  # PostgreSQL has no NUL.
            raise _foreign()
        return place.removeprefix(_PREFIX)

    def _serialize(self, value: str | None, *_where: Any, **_more: Any) -> str | None:
        if value is None:
            return None
        return base64.urlsafe_b64encode(f"{_PREFIX}{value}".encode()).decode()


class CatalogQuerySchema(Schema):
    """Which page of which SKUs."""

    cursor = Cursor(
        load_default="",
        metadata={
            "type": "string",
            "description": "`next_cursor` of the page before; send the other parameters as before.",
        },
    )
    limit = Count(load_default=100, validate=validate.Range(min=1, max=MAX_LIMIT))
    updated_since = fields.AwareDateTime(
        format="iso",
        default_timezone=UTC,
        load_default=None,
        metadata={
            "description": "Only SKUs of which something may have changed then or later, such as "
            "`2026-01-31T12:00:00Z`: added, remapped, renamed, retired, or another number can be ordered, since stock "
            "moved, units were promised or given back, or another number is kept back. Take the `Date` header "
            "of the first page of your last walk, five minutes earlier: what was being written then "
            "is counted from its beginning and shows later. A change may so be listed twice, and none is left out.",
        },
    )


class CatalogEntrySchema(Schema):
    """One SKU of yours that we supply."""

    sku = fields.String(required=True, metadata={"example": "JDTQ1834"})
    title = fields.String(required=True)
    availability = fields.String(
        required=True,
        metadata={
            "description": "`unknown`: not read from the shop yet; a cart with it is answered 503.",
            "enum": [each.value for each in Availability],
        },
    )
    available = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "Units that can be ordered now; promised ones and those kept back are left out. "
            "`null`: no limit, or unknown.",
            "example": 17,
        },
    )
    updated_at = Moment(
        required=True,
        metadata={"description": "When any of it may last have changed, what can be ordered included."},
    )
    retired_at = Moment(required=True, allow_none=True)


class CatalogPageSchema(Schema):
    """A page of the catalog, in the order of the SKUs."""

    items = fields.List(fields.Nested(CatalogEntrySchema), required=True)
    next_cursor = Cursor(
        required=True,
        allow_none=True,
        metadata={"type": "string", "description": "`null` on the last page."},
    )

    @pre_dump
    def _flatten(self, page: Any, **_: Any) -> dict[str, Any]:
        """Take a `services.list_catalog.CatalogPage` apart."""
        return {"items": page.entries, "next_cursor": page.last}


def _foreign() -> ValidationError:
    return ValidationError("Must be the next_cursor of a page.")
