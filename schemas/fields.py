"""The kinds of values that partners send, each read strictly: a text is a text, a number is a number."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, missing, validate

# PostgreSQL has no NUL; other controls hurt whoever prints them; a lone surrogate is no character.
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_UNSPEAKABLE = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")
# The same for the API description, which is JSON and can have no surrogates in it anyway.
_SPEAKABLE = rf"^[^{_CONTROLS}]*$"
_SPEAKABLE_AND_NOT_BLANK = rf"^[^{_CONTROLS}]*[^\s\x85{_CONTROLS}][^{_CONTROLS}]*$"


class Text(fields.String):
    """A string between 1 and `length` characters after trimming; a blank one counts as left out."""

    def __init__(self, *, length: int, **more: Any) -> None:
        checks = [validate.Length(max=length), *more.pop("checks", ())]
        pattern = _SPEAKABLE_AND_NOT_BLANK if more.get("required") else _SPEAKABLE
        more["metadata"] = {"pattern": pattern, **more.get("metadata", {})}
        if not more.get("required"):
            more |= {"allow_none": True, "load_default": None}
        super().__init__(validate=checks, **more)

    def deserialize(self, value: Any, *where: Any, **more: Any) -> Any:
        if isinstance(value, str):
            value = value.strip() or missing
        return super().deserialize(value, *where, **more)

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Must be a string.")
        if _UNSPEAKABLE.search(value):
            raise ValidationError("Must not contain control characters or lone surrogates.")
        return value


class Amount(fields.Decimal):
    """A JSON number of money. Bounds and digits depend on the currency and are checked with the cart."""

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise ValidationError("Must be a number.")
        return Decimal(value)


class Quantity(fields.Integer):
    """A JSON integer; 1.0 and "1" are none."""

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("Must be an integer.")
        return value


class Entries(fields.List):
    """Between 1 and `most` entries; a list that is too long is refused before any of it is read."""

    def __init__(self, entry: fields.Field, *, most: int, **more: Any) -> None:
        self._most = most
        super().__init__(entry, validate=validate.Length(min=1, max=most), **more)

    def _deserialize(self, value: Any, *where: Any, **more: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self._most:
            raise ValidationError(f"Must have at most {self._most} entries.")
        return super()._deserialize(value, *where, **more)


class Count(fields.Integer):
    """A whole number in a query string, in plain digits."""

    def _deserialize(self, value: Any, *_where: Any, **_more: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise ValidationError("Must be a whole number.")
        return int(value)


class Moment(fields.DateTime):
    """An instant, in whole seconds of UTC, as both guides print it."""

    def _serialize(self, value: datetime | None, *_where: Any, **_more: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def paths(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Flatten marshmallow's messages into {"items.0.price": ["..."]}."""
    if isinstance(messages, dict):
        flat: dict[str, list[str]] = {}
        for name, inner in messages.items():
            # "_schema" is marshmallow's name for the thing as a whole.
            flat |= paths(inner, path if name == "_schema" else f"{path}.{name}".lstrip("."))
        return flat
    return {path or "body": [str(message) for message in messages]}
