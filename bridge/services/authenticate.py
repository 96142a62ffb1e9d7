"""Whose key it is, in one statement."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from bridge.domain.api_keys import is_same


@dataclass(frozen=True, slots=True)
class Caller:
    """The partner behind a live key, with the settings that decide about its requests."""

    key_id: str
    scopes: frozenset[str]
    partner_id: UUID
    partner_name: str
    currency: str
    legacy_names: bool
    auto_confirm: bool
    strict_totals: bool
    rate_per_second: int | None
    rate_burst: int | None


# The use of a key is noted at most once a minute, and never waits for somebody who is changing the key.
_FIND = """
WITH used AS (
    UPDATE api_keys SET last_used_at = now()
    WHERE id = (SELECT id FROM api_keys
                WHERE id = %(key_id)s AND key_hash = %(key_hash)s
                  AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
                FOR UPDATE SKIP LOCKED))
SELECT k.key_hash, k.scopes, p.id::text, p.name, p.currency, p.status_names = 'legacy', p.auto_confirm,
    p.strict_totals, p.rate_per_second, p.rate_burst
FROM api_keys k JOIN partners p ON p.id = k.partner_id
WHERE k.id = %(key_id)s AND p.enabled AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now())
"""

# Compared against when there is no such key, so that its absence takes as long as a wrong secret.
_NO_HASH = bytes(32)


def authenticate(session: Session, *, key_id: str, key_hash: bytes) -> Caller | None:
    """Return who calls, or None: no such key, another secret, revoked, expired, partner disabled.

    :param session: one that sends no BEGIN; this is one message
    :param key_hash: `domain.api_keys.keyed_hash` of the whole key
    """
    row = session.connection().exec_driver_sql(_FIND, {"key_id": key_id, "key_hash": key_hash}).one_or_none()
    if not is_same(bytes(row[0]) if row else _NO_HASH, key_hash) or row is None:
        return None
    _, scopes, partner_id, name, currency, legacy_names, auto_confirm, strict_totals, rate, burst = row
    return Caller(
        key_id=key_id,
        scopes=frozenset(scopes),
        partner_id=UUID(partner_id),
        partner_name=name,
        currency=currency,
        legacy_names=legacy_names,
        auto_confirm=auto_confirm,
        strict_totals=strict_totals,
        rate_per_second=rate,
        rate_burst=burst,
    )
