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


@pytest.mark.parametrize(
    ("because", "name", "value"),
    [
        ("a bracket that is never closed", "DATABASE_URL", "postgresql://[::1"),
        ("a port that is a word", "DATABASE_URL", "postgresql://u:secret@h:port/x"),
        ("a port that there is not", "DATABASE_URL", "postgresql://u:secret@h:99999/x"),
        ("another driver", "DATABASE_URL", "postgresql+asyncpg://h/x"),
        ("no address", "DATABASE_LOCK_URL", "here"),
        ("a port that is a word", "REDIS_URL", "redis://:secret@h:abc/0"),
        ("no host", "REDIS_URL", "redis:///0"),
        ("no scheme", "SHOPIFY_ADMIN_URL", "localhost:9000"),
        ("a bracket that is never closed", "SHOPIFY_ADMIN_URL", "http://[::1"),
        ("another scheme", "BRIDGE_PUBLIC_URL", "ftp://bridge.example"),
        ("no project", "SENTRY_DSN", "https://sentry.example"),
        ("no level", "LOG_LEVEL", "loud"),
    ],
)
def test_what_is_malformed_stops_the_start_and_is_not_quoted(because, name, value):
    with pytest.raises(SettingsError) as stopped:
        load(*EVERYTHING, source={**COMPLETE, name: value})

    [problem] = stopped.value.problems
    assert problem.startswith(f"{name}: ")
    assert "secret" not in problem


@pytest.mark.parametrize(
    ("because", "name", "value"),
    [
        ("as several hosts hand it out", "DATABASE_URL", "postgres://u:p@h/x"),
        ("a socket of this machine", "DATABASE_URL", "postgresql:///x?host=/run/postgresql"),
        (
            "a password with what has a meaning in addresses",
            "DATABASE_URL",
            "postgresql://u:a#b?c/d@h:5432/x",
        ),
        ("an address of six", "DATABASE_URL", "postgresql://u:p@[::1]:5432/x"),
        ("with TLS", "REDIS_URL", "rediss://:p@h:6380/0?ssl_cert_reqs=none"),
        ("a simulator", "SHOPIFY_ADMIN_URL", "http://127.0.0.1:9000/"),
        ("a proxy with a path", "BRIDGE_PUBLIC_URL", "https://bridge.example/api"),
        ("a project", "SENTRY_DSN", "https://key@sentry.example/1"),
        ("in lower case", "LOG_LEVEL", "debug"),
    ],
)
def test_what_is_well_formed_is_taken(because, name, value):
    load(*EVERYTHING, source={**COMPLETE, name: value})


def test_no_webhook_secret_among_commas_is_none():
    """The web process would refuse everything that Shopify sends."""
    without = {name: value for name, value in COMPLETE.items() if name != "SHOPIFY_CLIENT_SECRET"}

    with pytest.raises(SettingsError, match="SHOPIFY_WEBHOOK_SECRETS"):
        load(
            *EVERYTHING,
            source={**without, "SHOPIFY_ACCESS_TOKEN": "shpat_1", "SHOPIFY_WEBHOOK_SECRETS": " , "},
        )


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
