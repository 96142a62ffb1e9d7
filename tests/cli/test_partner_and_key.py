"""Partners and keys from the terminal: made, shown, changed, ended; a secret is shown once."""

import pytest

from bridge.db import Database
from tests.cli.running import bridge, succeed


@pytest.fixture
def env(database_url: str) -> dict[str, str]:
    """What commands about partners need; neither Shopify nor Redis."""
    return {"DATABASE_URL": database_url, "API_KEY_PEPPER": "pepper-of-the-test"}


def test_a_partner_is_made_with_its_first_key(env):
    made = succeed("partner", "create", "Zain", "--currency", "jod", "--auto-confirm", env=env)
    shown = succeed("partner", "show", "Zain", env=env)

    assert made.keys() >= {"partner_id", "name", "api_key"}
    assert made["name"] == "Zain"
    assert made["api_key"].startswith("jbk_")
    assert shown["partner_id"] == made["partner_id"]
    assert (shown["currency"], shown["auto_confirm"], shown["strict_totals"]) == ("JOD", True, False)
    assert shown["listings"] == 0


def test_without_a_currency_the_partner_takes_the_shops_own(environment):
    succeed("partner", "create", "Zain", env=environment)

    assert succeed("partner", "show", "Zain", env=environment)["currency"] == "USD"


def test_a_currency_that_does_not_exist_makes_no_partner(env):
    answer = bridge("partner", "create", "Zain", "--currency", "DINAR", env=env)

    assert answer.code == 1
    assert "DINAR" in answer.err
    assert succeed("partner", "list", env=env) == {"partners": []}


def test_a_second_partner_of_the_same_name_is_refused(env):
    succeed("partner", "create", "Zain", "--currency", "JOD", env=env)

    answer = bridge("partner", "create", "Zain", "--currency", "JOD", env=env)

    assert answer.code == 1
    assert "already" in answer.err


def test_a_partner_that_does_not_exist_is_told_so(env):
    for verb in ("show", "enable", "disable"):
        answer = bridge("partner", verb, "Nobody", env=env)

        assert answer.code == 1
        assert "no partner named 'Nobody'" in answer.err


def test_a_partner_is_disabled_and_enabled(env):
    succeed("partner", "create", "Zain", "--currency", "JOD", env=env)

    assert succeed("partner", "disable", "Zain", env=env)["enabled"] is False
    assert [one["enabled"] for one in succeed("partner", "list", env=env)["partners"]] == [False]
    assert succeed("partner", "enable", "Zain", env=env)["enabled"] is True


def test_settings_change_one_by_one_and_go_back_to_their_default(env):
    succeed("partner", "create", "Zain", "--currency", "JOD", env=env)

    changed = succeed("partner", "set", "Zain", "--rate-burst", 10, "--strict-totals", env=env)
    reset = succeed("partner", "set", "Zain", "--rate-burst", "none", "--no-strict-totals", env=env)

    assert (changed["rate_burst"], changed["strict_totals"]) == (10, True)
    assert (reset["rate_burst"], reset["strict_totals"]) == (None, False)


def test_changing_nothing_is_refused(env):
    succeed("partner", "create", "Zain", "--currency", "JOD", env=env)

    assert bridge("partner", "set", "Zain", env=env).code == 1


def test_keys_overlap_until_the_old_one_is_revoked(env):
    first = succeed("partner", "create", "Zain", "--currency", "JOD", env=env)["api_key"]

    second = succeed(
        "key", "create", "Zain", "--label", "rotated", "--expires-in", 30, "--scope", "orders",
        "--scope", "partner", env=env,
    )  # fmt: skip
    before = succeed("key", "list", "Zain", env=env)["keys"]
    succeed("key", "revoke", first[:20], env=env)
    after = succeed("key", "list", "Zain", env=env)["keys"]

    assert second["api_key"].startswith(second["prefix"])
    assert [key["state"] for key in before] == ["live", "live"]
    assert [(key["label"], key["state"]) for key in after] == [(None, "revoked"), ("rotated", "live")]
    assert after[1]["scopes"] == ["orders", "partner"]
    assert after[1]["expires_at"] is not None


def test_a_key_is_shown_once_and_never_again(env, db: Database):
    made = bridge("partner", "create", "Zain", "--currency", "JOD", env=env)
    secret = made.out.split()[-1]

    shown = bridge("key", "list", "Zain", env=env).out + bridge("key", "list", "Zain", "--json", env=env).out

    assert secret.startswith("jbk_")
    assert secret[:16] in shown
    assert secret not in shown
    assert secret[17:] not in shown


def test_a_scope_that_does_not_exist_is_refused(env):
    succeed("partner", "create", "Zain", "--currency", "JOD", env=env)

    answer = bridge("key", "create", "Zain", "--scope", "everything", env=env)

    assert answer.code == 1
    assert "everything" in answer.err


def test_a_missing_pepper_is_told_before_anything_is_made(env):
    answer = bridge("partner", "create", "Zain", "--currency", "JOD", env={**env, "API_KEY_PEPPER": ""})

    assert answer.code == 1
    assert "API_KEY_PEPPER: missing" in answer.err
    assert succeed("partner", "list", env=env) == {"partners": []}


def test_a_partners_buffer_is_set_shown_and_taken_back(env):
    succeed("partner", "create", "Zain", "--currency", "JOD", env=env)

    assert succeed("partner", "set", "Zain", "--buffer", 3, env=env)["stock_buffer"] == 3
    assert succeed("partner", "set", "Zain", "--buffer", "none", env=env)["stock_buffer"] is None
    refused = bridge("partner", "set", "Zain", "--buffer", 1_000_001, env=env)
    assert refused.code == 1
    assert "from 0 to 1000000" in refused.err
