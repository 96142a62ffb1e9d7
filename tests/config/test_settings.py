import re
from pathlib import Path

import pytest

from config.settings import DATABASE, EVERYTHING, SettingsError, load

COMPLETE = {
    "DATABASE_URL": "postgresql://bridge@localhost/bridge",
    "REDIS_URL": "redis://localhost/0",
    "SHOPIFY_SHOP": "jafarshop.myshopify.com",
    "SHOPIFY_CLIENT_ID": "id",
    "SHOPIFY_CLIENT_SECRET": "secret",
    "API_KEY_PEPPER": "pepper",
    "SECRET_KEY": "key",
}


def test_a_complete_environment_is_read():
    settings = load(*EVERYTHING, source=COMPLETE)

    assert settings.shopify_admin_url == "https://jafarshop.myshopify.com"
    assert settings.shopify_api_version == "2026-07"
    assert settings.shopify_webhook_secrets == ("secret",)
    assert settings.database_lock_url == settings.database_url


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(SettingsError) as stopped:
        load(*EVERYTHING, source={"DATABASE_URL": "mysql://x", "LEASE_SECONDS": "soon", "RATE_BURST": "0"})

    told = "\n".join(stopped.value.problems)
    for name in ("DATABASE_URL", "REDIS_URL", "SHOPIFY_SHOP", "SHOPIFY_ACCESS_TOKEN", "API_KEY_PEPPER"):
        assert name in told
    for name in ("SECRET_KEY", "LEASE_SECONDS", "RATE_BURST", "SHOPIFY_WEBHOOK_SECRETS"):
        assert name in told


@pytest.mark.parametrize("missing", sorted(set(COMPLETE) - {"SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET"}))
def test_each_required_variable_stops_the_start(missing):
    with pytest.raises(SettingsError, match=missing):
        load(*EVERYTHING, source={**COMPLETE, missing: "  "})


def test_a_command_checks_only_what_it_uses():
    assert load(DATABASE, source={"DATABASE_URL": COMPLETE["DATABASE_URL"]}).redis_url == ""


def test_a_lease_shorter_than_the_calls_inside_it_is_refused():
    with pytest.raises(SettingsError, match="LEASE_SECONDS"):
        load(source={"LEASE_SECONDS": "50", "SHOPIFY_TIMEOUT_SECONDS": "20"})


def test_listed_webhook_secrets_override_the_client_secret():
    settings = load(source={**COMPLETE, "SHOPIFY_WEBHOOK_SECRETS": "new, old"})

    assert settings.shopify_webhook_secrets == ("new", "old")


def test_the_environment_is_not_printable():
    assert "pepper" not in repr(load(source=COMPLETE))


def test_the_example_names_every_variable_that_is_read():
    root = Path(__file__).parent.parent.parent / "config"
    named = set(re.findall(r"^([A-Z_]+)=", (root / "env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r"env\.\w+\(\"([A-Z_]+)\"", (root / "settings.py").read_text()))

    assert named == read
