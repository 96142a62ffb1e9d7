"""The live server, with a partner that sells what the documents' examples sell."""

import pytest

from tests.support.live import api, db, db_of_module
from tests.support.partner_api import PartnerAccount, make_partner, stock

__all__ = ["api", "db", "db_of_module"]


@pytest.fixture
def account(db) -> PartnerAccount:
    return partner_with_catalog(db, "Zain")


@pytest.fixture
def older_account(db) -> PartnerAccount:
    """A partner that was set up with the older guide, and reads its status names."""
    return partner_with_catalog(db, "Umniah", status_names="legacy")


def partner_with_catalog(db, name, **settings) -> PartnerAccount:
    made = make_partner(db, name=name, **settings)
    stock(db, made, {"JDTQ1834": 10_000, "JS-PROD-001": 10_000})
    return made
