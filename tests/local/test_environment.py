"""Which settings reach the processes of one machine, and which must not."""

import pytest

from config import settings as bridge
from local import environment

_PARTS = {
    "database_url": "postgresql://u:p@127.0.0.1:1/bridge",
    "redis_url": "redis://127.0.0.1:2/0",
    "shopify_url": "http://127.0.0.1:3",
    "public_url": "http://127.0.0.1:4",
    "webhook_secret": "webhook-secret",
    "pepper": "p" * 32,
    "secret_key": "s" * 32,
}


def test_a_stack_has_everything_that_a_process_of_the_bridge_needs():
    made = environment.bridge_settings(**_PARTS, given={})

    read = bridge.load(*bridge.EVERYTHING, source=made)

    assert read.shopify_admin_url == "http://127.0.0.1:3"
    assert read.shopify_webhook_secrets == ("webhook-secret",)
    assert read.unknown_grace_seconds == 10


def test_a_setting_from_outside_counts_more():
    made = environment.bridge_settings(**_PARTS, given={"DISPATCH_SECONDS": "7", "HOME": "/root"})

    assert made["DISPATCH_SECONDS"] == "7"
    assert "HOME" not in made


def test_client_credentials_stand_for_the_token_and_sign_the_webhooks():
    given = {"SHOPIFY_CLIENT_ID": "id", "SHOPIFY_CLIENT_SECRET": "shpss_secret"}

    read = bridge.load(*bridge.EVERYTHING, source=environment.bridge_settings(**_PARTS, given=given))

    assert read.shopify_access_token == ""
    assert read.shopify_webhook_secrets == ("shpss_secret",)


@pytest.mark.parametrize(
    ("because", "name", "replaces"),
    [
        ("a real shop's token must not reach a simulator", "SHOPIFY_ACCESS_TOKEN", "SHOPIFY_ADMIN_URL"),
        ("nor a real shop's name", "SHOPIFY_SHOP", "SHOPIFY_ADMIN_URL"),
        ("the simulator must find us, not production", "BRIDGE_PUBLIC_URL", "SHOPIFY_ADMIN_URL"),
        ("locks belong to the database they are in", "DATABASE_LOCK_URL", "DATABASE_URL"),
    ],
)
def test_what_belongs_to_a_part_travels_only_with_it(monkeypatch, because, name, replaces):
    monkeypatch.setenv(name, "something")
    monkeypatch.delenv(replaces, raising=False)
    assert name not in environment.handed_on()

    monkeypatch.setenv(replaces, "something")
    assert name in environment.handed_on()


def test_an_embedded_server_gets_no_setting_of_the_bridge(monkeypatch):
    monkeypatch.setenv("API_KEY_PEPPER", "from outside")

    assert "API_KEY_PEPPER" not in environment.base_environment()
