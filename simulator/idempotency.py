"""`@idempotent(key:)`: the same key with the same input does the work once and answers it again."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from simulator.registry import Context

MISMATCH = {
    "field": None,
    "message": "The same idempotency key cannot be used with different operation parameters.",
    "code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
}


def once(context: Context, name: str, wish: Any, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work unless this key has done it.

    :param name: the mutation; one key may serve several of them
    :param wish: what the key is compared with when it comes again
    :param work: answers the payload; one with user errors is not remembered, so that a corrected
        request may use the key again
    """
    key = context.idempotency_key
    assert key is not None  # The registry refuses these mutations without one.
    digest = hashlib.sha256(json.dumps(wish, sort_keys=True, default=str).encode()).hexdigest()
    remembered = context.store.idempotent.get((name, key))
    if remembered is not None:
        known, payload = remembered
        return payload if known == digest else {"userErrors": [MISMATCH]}
    payload = work()
    if not payload["userErrors"]:
        context.store.idempotent[name, key] = (digest, payload)
    return payload
