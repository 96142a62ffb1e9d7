"""The life of API keys: made and shown once, several alive at a time, ended at once."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.domain import api_keys
from bridge.domain.api_keys import Scope
from bridge.domain.errors import InvalidRequest, NotFound
from bridge.models import ApiKey


@dataclass(frozen=True, slots=True, repr=False)  # No repr: `key` is the secret itself.
class NewKey:
    """`key` exists here and nowhere else; it cannot be read again."""

    id: str
    key: str


def create_key(
    session: Session,
    *,
    partner_id: UUID,
    pepper: str,
    label: str | None = None,
    scopes: Iterable[str] = (Scope.PARTNER,),
    expires_at: datetime | None = None,
) -> NewKey:
    """Make one more key for a partner and return it, this once.

    :param pepper: the setting API_KEY_PEPPER
    :raises InvalidRequest: for a scope there is not
    """
    key = api_keys.compose(secrets.token_bytes(api_keys.ID_BYTES), secrets.token_bytes(api_keys.SECRET_BYTES))
    key_id = api_keys.id_of(key)
    assert key_id is not None
    session.add(
        ApiKey(
            id=key_id,
            partner_id=partner_id,
            label=label,
            key_hash=api_keys.keyed_hash(key, pepper),
            scopes=_checked(scopes),
            expires_at=expires_at,
        )
    )
    session.flush()
    return NewKey(id=key_id, key=key)


def list_keys(session: Session, *, partner_id: UUID) -> Sequence[ApiKey]:
    """Return all keys of a partner, ended ones too, oldest first."""
    return session.scalars(
        select(ApiKey).where(ApiKey.partner_id == partner_id).order_by(ApiKey.created_at, ApiKey.id)
    ).all()


def revoke_key(session: Session, *, prefix: str, now: datetime) -> ApiKey:
    """End a key at once; every process refuses it within five seconds. Ending it again changes nothing.

    :param prefix: its id, its `jbk_` form, or the beginning of either where only one key begins so
    :raises NotFound: no key begins like this
    :raises InvalidRequest: several do
    """
    key_id = api_keys.id_in(prefix)
    found = session.scalars(
        select(ApiKey).where(ApiKey.id.startswith(key_id, autoescape=True)).limit(2).with_for_update()
    ).all()
    if not key_id or not found:
        raise NotFound(f"no key begins with {prefix!r}")
    if len(found) > 1:
        raise InvalidRequest(f"several keys begin with {prefix!r}; give more of it")
    key = found[0]
    key.revoked_at = key.revoked_at or now
    session.flush()
    return key


def _checked(scopes: Iterable[str]) -> list[str]:
    known = {scope.value for scope in Scope}
    wanted = list(dict.fromkeys(str(scope) for scope in scopes))
    unknown = [scope for scope in wanted if scope not in known]
    if unknown or not wanted:
        raise InvalidRequest(
            f"no such scope: {', '.join(unknown) or '(none)'}; there are: {', '.join(sorted(known))}"
        )
    return wanted
