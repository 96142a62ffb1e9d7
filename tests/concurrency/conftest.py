"""The live server and a partner without a catalog."""

import pytest

from bridge.db import Database
from tests.support.live import api, db, db_of_module
from tests.support.partner_api import PartnerAccount, make_partner

__all__ = ["api", "db", "db_of_module"]


@pytest.fixture
def account(db: Database) -> PartnerAccount:
    return make_partner(db)
