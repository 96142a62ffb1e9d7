"""Who our partners are: made, listed, changed, and their door opened and closed."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bridge.domain.errors import Conflict, InvalidRequest, NotFound
from bridge.domain.money import is_currency
from bridge.domain.stock import MAX_BUFFER
from bridge.models import Partner

STATUS_NAMES = ("current", "legacy")
_NAME_LENGTH = 100
# What `change_partner` may change, each checked by `_problem`.
CHANGEABLE = (
    "currency",
    "status_names",
    "auto_confirm",
    "strict_totals",
    "complete_after_days",
    "rate_per_second",
    "rate_burst",
    "stock_buffer",
)


def create_partner(
    session: Session,
    *,
    name: str,
    currency: str,
    status_names: str = "current",
    auto_confirm: bool = False,
    strict_totals: bool = False,
) -> Partner:
    """Register a partner; it can call once it has a key (`api_keys.create_key`).

    :param currency: ISO 4217, any case; its carts name none, so this is what their amounts mean
    :param status_names: "current", or "legacy" for partners built against the older guide
    :raises InvalidRequest: a value that cannot be
    :raises Conflict: the name is taken
    """
    name = name.strip()
    if not 1 <= len(name) <= _NAME_LENGTH or not name.isprintable():
        raise InvalidRequest(f"a partner's name has 1 to {_NAME_LENGTH} printable characters")
    partner = Partner(
        id=uuid4(),
        name=name,
        **_checked(
            {
                "currency": currency,
                "status_names": status_names,
                "auto_confirm": auto_confirm,
                "strict_totals": strict_totals,
            }
        ),
    )
    try:
        with session.begin_nested():
            session.add(partner)
    except IntegrityError as error:
        raise Conflict(f"there is a partner named {name!r} already") from error
    session.refresh(partner)
    return partner


def list_partners(session: Session) -> Sequence[Partner]:
    """Return every partner, by name."""
    return session.scalars(select(Partner).order_by(Partner.name)).all()


def get_partner(session: Session, *, name: str) -> Partner:
    """Return the partner of that name or id.

    :raises NotFound: there is none
    """
    wanted = [Partner.name == name.strip()]
    with suppress(ValueError):
        wanted.append(Partner.id == UUID(name.strip()))
    partner = session.scalars(select(Partner).where(or_(*wanted)).limit(1)).first()
    if partner is None:
        raise NotFound(f"there is no partner named {name!r}")
    return partner


def change_partner(session: Session, *, name: str, **changes: Any) -> Partner:
    """Change settings of a partner, for carts that come from now on; every process knows within five seconds.

    :param changes: any of CHANGEABLE; None resets complete_after_days, the rates and stock_buffer to the default
    :raises InvalidRequest: a value that cannot be
    :raises NotFound: no such partner
    """
    partner = get_partner(session, name=name)
    for setting, value in _checked(changes).items():
        if setting == "stock_buffer" and value != partner.stock_buffer:
            partner.stock_buffer_at = func.now()  # Its catalog changed, as `updated_since` has to tell.
        setattr(partner, setting, value)
    session.flush()
    return partner


def enable_partner(session: Session, *, name: str, enabled: bool) -> Partner:
    """Open or close a partner's door. Accepted orders go on either way (decision 25)."""
    partner = get_partner(session, name=name)
    partner.enabled = enabled
    session.flush()
    return partner


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    checked = dict(settings)
    if isinstance(checked.get("currency"), str):
        checked["currency"] = checked["currency"].strip().upper()
    problems = [problem for name, value in checked.items() if (problem := _problem(name, value))]
    if problems:
        raise InvalidRequest("; ".join(problems))
    return checked


def _problem(name: str, value: Any) -> str | None:
    if name not in CHANGEABLE:
        return f"a partner has no setting {name!r}"
    if name == "currency" and not (isinstance(value, str) and is_currency(value)):
        return f"{value!r} is not an ISO 4217 currency"
    if name == "status_names" and value not in STATUS_NAMES:
        return f"status names are {' or '.join(STATUS_NAMES)}, not {value!r}"
    if name in ("auto_confirm", "strict_totals") and not isinstance(value, bool):
        return f"{name} is true or false"
    if name in ("complete_after_days", "rate_per_second", "rate_burst"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole and 1 <= value <= 100_000):
            return f"{name} is a whole number from 1 to 100000"
    if name == "stock_buffer":
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole and 0 <= value <= MAX_BUFFER):
            return f"{name} is a whole number from 0 to {MAX_BUFFER}"
    return None
