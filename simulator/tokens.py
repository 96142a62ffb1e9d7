"""Who may come in: static tokens, and those of the client-credentials grant."""

import secrets
from datetime import timedelta

from simulator.state import Store, utc_now

STATIC_PREFIX = "shpat_"
GRANTED_PREFIX = "shpca_"  # anything but the static prefix, or it could never expire
LIFETIME_SECONDS = 86_399
SCOPES = (
    "read_all_orders,read_customers,write_draft_orders,write_fulfillments,write_inventory,"
    "write_merchant_managed_fulfillment_orders,write_orders,write_products,write_returns,read_locations"
)
REFUSAL = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def is_good(store: Store, token: str | None) -> bool:
    """Whether this token opens the Admin API now. The token of an uninstalled app is dead."""
    if not token or token in store.dead_tokens:
        return False
    if token.startswith(STATIC_PREFIX):
        return True
    until = store.client_tokens.get(token)
    return until is not None and until > utc_now()


def grant(store: Store) -> dict[str, object]:
    """A new token, as `POST /admin/oauth/access_token` answers it."""
    token = GRANTED_PREFIX + secrets.token_hex(16)
    store.client_tokens[token] = utc_now() + timedelta(seconds=LIFETIME_SECONDS)
    store.on_change()
    return {"access_token": token, "scope": SCOPES, "expires_in": LIFETIME_SECONDS}


def expire(store: Store, token: str) -> None:
    """A granted token ends now. A static one never does."""
    if store.client_tokens.pop(token, None):
        store.on_change()
