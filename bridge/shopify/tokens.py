"""With which access token the store is called: a fixed one, or one that Shopify grants for a day at a time."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from bridge.domain.errors import ShopUnavailable
from bridge.shopify.transport import Lost, NotSent, Transport

# A token is replaced this long before it ends, so that none ends under a call.
RENEW_EARLY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Grant:
    token: str
    ends_in_seconds: float


class FixedToken:
    """A token that never ends, as existing custom apps have."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def renew(self, refused: str) -> bool:
        del refused  # There is no other.
        return False


def ask_for_grant(transport: Transport, *, admin_url: str, client_id: str, client_secret: str) -> Grant:
    """Ask Shopify for a token by the client-credentials grant.

    :raises ShopUnavailable: there is none; asking twice does no harm

    Source: Shopify, "Client credentials grant".
    """
    body = urlencode(
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    ).encode()
    try:
        answer = transport.post(
            f"{admin_url}/admin/oauth/access_token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=body,
        )
    except (NotSent, Lost) as error:
        raise ShopUnavailable(f"Shopify grants no token: no answer ({error})") from error
    if answer.status in (400, 401, 403):
        raise ShopUnavailable(
            f"Shopify does not accept SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET (HTTP {answer.status})"
        )
    try:
        granted = json.loads(answer.body)
        return Grant(str(granted["access_token"]), float(granted["expires_in"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ShopUnavailable(f"Shopify grants no token (HTTP {answer.status})") from error


class GrantedToken:
    """A token of this process, asked for once however many threads want it."""

    def __init__(self, ask: Callable[[], Grant], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0

    def token(self) -> str:
        with self._lock:
            if self._token is None or self._clock() >= self._renew_at:
                grant = self._ask()
                self._token = grant.token
                self._renew_at = self._clock() + max(grant.ends_in_seconds - RENEW_EARLY_SECONDS, 1.0)
            return self._token

    def renew(self, refused: str) -> bool:
        with self._lock:
            if self._token == refused:
                self._token = None
            return True
