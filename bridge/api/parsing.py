"""Reads requests strictly: JSON means one thing or is refused, numbers are exact, sizes are bounded."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import flask
import marshmallow
from flask import Response, g, request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from bridge.domain.errors import InvalidRequest
from schemas.fields import paths
from schemas.partner import invalid

MAX_BODY = 1024 * 1024
# A client that is cut off while it sends sees a broken pipe instead of our answer; so the rest is read, up to here.
MAX_DISCARDED = 8 * 1024 * 1024
MAX_DEPTH = 32
# As many digits as Python itself turns into an integer; longer ones take quadratic time.
_MAX_NUMBER_LENGTH = 4300
_CHUNK = 64 * 1024


class Unreadable(Exception):
    """The body does not arrive as HTTP says it should."""


class StrictParser(FlaskParser):
    """webargs with this module's reader in place of its own, and our errors in place of its aborts."""

    def load_json(self, _req: flask.Request, _schema: marshmallow.Schema) -> Any:
        return parse_json(read_json_body())

    def handle_error(
        self, error: marshmallow.ValidationError, *_args: object, **_details: object
    ) -> NoReturn:
        messages = error.messages
        assert isinstance(messages, dict)  # webargs puts the location around them
        if "json" in messages:
            raise invalid(paths(messages["json"])) from error
        problems = {path: texts for found in messages.values() for path, texts in paths(found).items()}
        raise InvalidRequest(
            "; ".join(f"{path}: {' '.join(texts)}" for path, texts in problems.items())
        ) from error


def read_json_body() -> bytes:
    """Return the raw body of a request that says it is JSON.

    :raises UnsupportedMediaType: it says something else
    :raises RequestEntityTooLarge: over 1 MiB
    """
    if not request.is_json or request.content_encoding not in (None, "", "identity"):
        raise UnsupportedMediaType("Content-Type must be application/json, without a Content-Encoding.")
    if (request.content_length or 0) > MAX_BODY:
        raise _too_large()
    try:
        body = _Rest().read(MAX_BODY + 1)
    except Unreadable as error:
        raise BadRequest("The body could not be read.") from error
    if len(body) > MAX_BODY:  # Sent in chunks, without a length.
        raise _too_large()
    return body


def discard_rest(response: Response) -> Response:
    """Read what the client still sends, so that it gets to reading the answer."""
    rest = _Rest()
    left = MAX_DISCARDED
    try:
        while left > 0 and (chunk := rest.read(min(_CHUNK, left))):
            left -= len(chunk)
    except Unreadable:
        left = 0
    if left <= 0:
        response.headers["Connection"] = "close"
    return response


def parse_json(raw: bytes) -> dict[str, Any]:
    """Return the object that `raw` is: numbers as int or exact Decimal.

    :raises BadRequest: not UTF-8, not JSON, NaN or Infinity, a key twice, nested too deep, a number that
        nobody means, or not an object
    """
    try:
        parsed = json.loads(
            raw.decode("utf-8"),
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not valid UTF-8.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise BadRequest(f"The body is not valid JSON: {error.msg}, {where}.") from error
    except RecursionError as error:
        raise _too_deep() from error
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _is_deeper(parsed, MAX_DEPTH):
        raise _too_deep()
    if not isinstance(parsed, dict):
        raise BadRequest("The body must be a JSON object.")
    return parsed


class _Rest:
    """What is left of the request's body. Never reads past its end, where a plain socket would wait."""

    def __init__(self) -> None:
        self._stream = request.environ["wsgi.input"]
        if "body_left" not in g:
            g.body_left = request.content_length or 0
            if request.content_length is None and request.environ.get("wsgi.input_terminated"):
                g.body_left = MAX_BODY + MAX_DISCARDED  # In chunks; the server knows the end.

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; fewer only at the end.

        :raises Unreadable: a chunk that is none, or the client is gone
        """
        parts = []
        while size > 0 and (part := self._part(min(size, g.body_left))):
            parts.append(part)
            size -= len(part)
            g.body_left -= len(part)
        return b"".join(parts)

    def _part(self, size: int) -> bytes:
        try:
            return bytes(self._stream.read(size))
        except Exception as error:
            g.body_left = 0
            raise Unreadable from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise BadRequest(f"The body has the key {json.dumps(name[:100])} twice in one object.")
            seen.add(name)
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_NUMBER_LENGTH:
        raise BadRequest(f"The body has a number of {len(digits)} digits.")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > _MAX_NUMBER_LENGTH:
        raise BadRequest(f"The body has a number of {len(digits)} digits.")
    try:
        return Decimal(digits)
    except InvalidOperation as error:
        raise BadRequest("The body has a number whose exponent nobody can mean.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"The body is not valid JSON: {name} is no number.")


def _is_deeper(value: Any, levels: int) -> bool:
    if isinstance(value, Mapping):
        return levels == 0 or any(_is_deeper(inner, levels - 1) for inner in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_is_deeper(inner, levels - 1) for inner in value)
    return False


def _too_deep() -> BadRequest:
    return BadRequest(f"The body is nested more than {MAX_DEPTH} levels deep.")


def _too_large() -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"The body may have at most {MAX_BODY} bytes.")
