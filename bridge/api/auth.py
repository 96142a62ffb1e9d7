"""Who calls: the key in the Authorization header, checked against the database, remembered for seconds."""

import re
import time

from flask import g, request

from bridge.api.database import twice_if_interrupted
from bridge.db import Database
from bridge.domain import api_keys
from bridge.domain.api_keys import Scope
from bridge.domain.errors import AccessDenied, Unauthenticated
from bridge.services.authenticate import Caller, authenticate

# A revoked key, a disabled partner or a changed setting is known everywhere within 5 s (decision 25).
_REMEMBERED_SECONDS = 3.0
_REMEMBERED = 10_000
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)


class Doorkeeper:
    """Knows callers by the keyed hash of their key. Only who may come in is remembered, in this process."""

    def __init__(self, db: Database, pepper: str) -> None:
        self._db = db
        self._pepper = pepper
        self._known: dict[bytes, tuple[float, Caller]] = {}

    def admit(self, scope: Scope) -> Caller:
        """Return who calls, and put it where the request's log line finds it.

        :raises Unauthenticated: missing, unknown, revoked or expired key, or a disabled partner: one text
            for all of them, since the difference helps only who guesses
        :raises AccessDenied: the key is good and opens other doors
        """
        bearer = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
        caller = self._caller(bearer.group(1)) if bearer else None
        if caller is None:
            raise Unauthenticated("Missing or invalid API key; send Authorization: Bearer YOUR_API_KEY.")
        g.caller = caller
        if scope not in caller.scopes:
            raise AccessDenied("This API key is not for this part of the API.")
        return caller

    def forget(self) -> None:
        """Ask the database again for everybody."""
        self._known.clear()

    def _caller(self, key: str) -> Caller | None:
        key_id = api_keys.id_of(key)
        if key_id is None:
            return None
        key_hash = api_keys.keyed_hash(key, self._pepper)
        now = time.monotonic()
        until, caller = self._known.get(key_hash, (0.0, None))
        if now < until:
            return caller
        found = twice_if_interrupted(lambda: self._ask(key_id, key_hash))
        if found is None:
            self._known.pop(key_hash, None)
            return None
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key_hash] = (now + _REMEMBERED_SECONDS, found)
        return found

    def _ask(self, key_id: str, key_hash: bytes) -> Caller | None:
        with self._db.reading() as session:
            return authenticate(session, key_id=key_id, key_hash=key_hash)
