"""The settings of one machine: what every process of the bridge gets when nobody configures it."""

from local.process import base_environment

SHOP = "jafarshop-local.myshopify.com"
# The simulator takes every token that begins like one of Shopify's.
TOKEN = "shpat_00000000000000000000000000000000"


def bridge_environment(
    *,
    database_url: str,
    redis_url: str,
    shopify_url: str,
    public_url: str,
    webhook_secret: str,
    **settings: str,
) -> dict[str, str]:
    """Return the environment of a process of the bridge that talks to a simulator.

    :param shopify_url: where the simulator is, scheme://host:port
    :param public_url: where the simulator reaches the web process
    :param settings: more settings, or others in place of these
    """
    return base_environment(
        **{
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SHOPIFY_SHOP": SHOP,
            "SHOPIFY_ADMIN_URL": shopify_url,
            "SHOPIFY_ACCESS_TOKEN": TOKEN,
            "SHOPIFY_WEBHOOK_SECRETS": webhook_secret,
            "BRIDGE_PUBLIC_URL": public_url,
            "API_KEY_PEPPER": "pepper-of-one-machine-only-0123456789abcdef",
            "SECRET_KEY": "secret-of-one-machine-only-0123456789abcdef",
            **settings,
        }
    )
