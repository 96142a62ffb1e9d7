"""Partners and their keys, as the command line and one machine make them."""

from datetime import timedelta

import pytest

from bridge.db import clock
from bridge.domain import api_keys as keys
from bridge.domain.errors import Conflict, InvalidRequest, NotFound
from bridge.models import ApiKey
from bridge.services.api_keys import create_key, list_keys, revoke_key
from bridge.services.partners import (
    change_partner,
    create_partner,
    enable_partner,
    get_partner,
    list_partners,
)

PEPPER = "pepper"


def new_partner(session, name="Zain", **settings):
    return create_partner(session, name=name, currency=settings.pop("currency", "JOD"), **settings)


def test_a_partner_is_found_by_name_and_by_id(db):
    with db.transaction() as session:
        partner = new_partner(session, currency="jod", status_names="legacy", auto_confirm=True)

        assert get_partner(session, name="Zain") is partner
        assert get_partner(session, name=str(partner.id)) is partner
        assert partner.currency == "JOD"
        assert partner.enabled


def test_a_name_is_taken_once_and_the_transaction_goes_on(db):
    with db.transaction() as session:
        new_partner(session)
        with pytest.raises(Conflict, match="already"):
            new_partner(session)
        new_partner(session, name="Umniah")

        assert [partner.name for partner in list_partners(session)] == ["Umniah", "Zain"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"currency": "XXX"}, "not an ISO 4217 currency"),
        ({"status_names": "older"}, "current or legacy"),
        ({"name": " "}, "1 to 100"),
        ({"auto_confirm": "yes"}, "true or false"),
    ],
)
def test_a_partner_that_cannot_be_is_refused(db, settings, says):
    with db.transaction() as session, pytest.raises(InvalidRequest, match=says):
        new_partner(session, **settings)


def test_settings_change_one_by_one(db):
    with db.transaction() as session:
        new_partner(session)
        changed = change_partner(session, name="Zain", strict_totals=True, rate_per_second=5)

        assert (changed.strict_totals, changed.rate_per_second, changed.currency) == (True, 5, "JOD")
        with pytest.raises(InvalidRequest, match="no setting 'enabled'"):
            change_partner(session, name="Zain", enabled=False)
        with pytest.raises(InvalidRequest, match="whole number"):
            change_partner(session, name="Zain", rate_burst=0)
        assert not enable_partner(session, name="Zain", enabled=False).enabled
        with pytest.raises(NotFound):
            change_partner(session, name="Nobody", strict_totals=True)


def test_several_keys_are_alive_at_once_so_that_a_rotation_overlaps(db):
    with db.transaction() as session:
        partner = new_partner(session)
        first = create_key(session, partner_id=partner.id, pepper=PEPPER)
        second = create_key(session, partner_id=partner.id, pepper=PEPPER, label="new", scopes=["seller"])

        assert {key.id for key in list_keys(session, partner_id=partner.id)} == {first.id, second.id}
        stored = session.get_one(ApiKey, first.id)
        assert stored.key_hash == keys.keyed_hash(first.key, PEPPER)
        assert first.key not in repr(first)


def test_a_key_is_revoked_by_what_may_be_shown_of_it(db):
    with db.transaction() as session:
        partner = new_partner(session)
        made = create_key(session, partner_id=partner.id, pepper=PEPPER)
        now = clock(session)

        revoke_key(session, prefix=keys.shown(made.id)[:10], now=now)
        again = revoke_key(session, prefix=made.id, now=now + timedelta(hours=1))

        assert again.revoked_at == now


@pytest.mark.parametrize("prefix", ["", "jbk_", "nothing", "%"])
def test_what_names_no_key_revokes_none(db, prefix):
    with db.transaction() as session:
        partner = new_partner(session)
        made = create_key(session, partner_id=partner.id, pepper=PEPPER)

        with pytest.raises(NotFound):
            revoke_key(session, prefix=prefix, now=clock(session))
        assert session.get_one(ApiKey, made.id).revoked_at is None


def test_a_prefix_of_several_keys_revokes_none(db):
    with db.transaction() as session:
        partner = new_partner(session)
        for last in "ab":
            session.add(ApiKey(id=f"same{last}", partner_id=partner.id, key_hash=b"", scopes=["partner"]))
        session.flush()

        with pytest.raises(InvalidRequest, match="several"):
            revoke_key(session, prefix="same", now=clock(session))


def test_a_key_for_a_scope_there_is_not_is_not_made(db):
    with db.transaction() as session:
        partner = new_partner(session)
        with pytest.raises(InvalidRequest, match="no such scope: admin"):
            create_key(session, partner_id=partner.id, pepper=PEPPER, scopes=["partner", "admin"])
