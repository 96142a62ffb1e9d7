"""The settings of one machine: what every process of the bridge gets when nobody configures it."""

import os
from collections.abc import Mapping

SHOP = "jafarshop.myshopify.com"  # As the simulator calls itself.
# The simulator takes every token that begins like one of Shopify's.
TOKEN = "shpat_00000000000000000000000000000000"
API_VERSION = "2026-07"

# On one machine everything happens at once and a person waits for it.
_FAST = {
    "UNKNOWN_GRACE_SECONDS": "10",
    # The simulator answers at once, so what a killed worker held may be picked up soon.
    "SHOPIFY_TIMEOUT_SECONDS": "10",
    "LEASE_SECONDS": "35",
    "DISPATCH_SECONDS": "2",
    "INVENTORY_SYNC_SECONDS": "30",
    "RECONCILE_SECONDS": "30",
    "WORKER_CONCURRENCY": "2",
}


# What says who somebody is in the world outside: of no use, or of harm, to a simulator.
_OF_THE_SHOP = ("SHOPIFY_", "BRIDGE_PUBLIC_URL")
_OF_ANOTHER_SERVER = ("PORT", "GUNICORN_CMD_ARGS")


def outside() -> dict[str, str]:
    """Return the environment that we were started in; an empty variable is an absent one."""
    ours = os.environ  # noqa: TID251 - a parent hands its environment on, it reads no setting
    return {name: value for name, value in ours.items() if value.strip()}


def handed_on() -> dict[str, str]:
    """Return what of our environment the processes of a stack get.

    What names a shop is handed on only together with `SHOPIFY_ADMIN_URL`: the token of a real
    shop that happens to be exported must not reach the simulator.
    """
    ours = outside()
    dropped = set(_OF_ANOTHER_SERVER)
    if "SHOPIFY_ADMIN_URL" not in ours:
        dropped |= {name for name in ours if name.startswith(_OF_THE_SHOP)}
    if "DATABASE_URL" not in ours:
        dropped |= {"DATABASE_LOCK_URL"}
    kept = {name: value for name, value in ours.items() if name not in dropped}
    return {**kept, "PYTHONUNBUFFERED": "1", "TZ": "UTC"}


def base_environment(**variables: str) -> dict[str, str]:
    """Return the little of our environment that any process needs, and `variables`.

    Nothing else is handed on: a setting of the bridge that happens to be exported must not
    change what an embedded server or a test does.
    """
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
    ours = outside()
    return {name: ours[name] for name in kept if name in ours} | {
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
        **variables,
    }


def bridge_settings(
    *,
    database_url: str,
    redis_url: str,
    shopify_url: str,
    public_url: str,
    webhook_secret: str,
    pepper: str,
    secret_key: str,
    given: Mapping[str, str],
) -> dict[str, str]:
    """Return every setting that a process of the bridge needs on one machine.

    :param shopify_url: where the simulator is, scheme://host:port
    :param public_url: where the simulator reaches the web process
    :param given: an environment; what it says of these settings, or of Shopify, counts more
    """
    settings = {
        **_FAST,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SHOPIFY_SHOP": SHOP,
        "SHOPIFY_ADMIN_URL": shopify_url,
        "SHOPIFY_API_VERSION": API_VERSION,
        "SHOPIFY_ACCESS_TOKEN": TOKEN,
        "SHOPIFY_WEBHOOK_SECRETS": webhook_secret,
        "BRIDGE_PUBLIC_URL": public_url,
        "API_KEY_PEPPER": pepper,
        "SECRET_KEY": secret_key,
    }
    if "SHOPIFY_CLIENT_SECRET" in given:  # It stands for the token and signs the webhooks.
        del settings["SHOPIFY_ACCESS_TOKEN"], settings["SHOPIFY_WEBHOOK_SECRETS"]
    said = {n: v for n, v in given.items() if n in settings or n.startswith("SHOPIFY_")}
    return settings | said
