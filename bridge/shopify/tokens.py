"""With which access token the store is called: a fixed one, or one that Shopify grants for a day at a time.

A granted token is shared by all processes through Redis, encrypted, and asked for by one of them at a time.
While Redis is away each process has its own: Shopify grants as many as it is asked for.
"""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import redis
import structlog
from cryptography.fernet import Fernet, InvalidToken

from bridge.domain.errors import ShopUnavailable
from bridge.shopify.transport import Lost, NotSent, Transport

log = structlog.get_logger(__name__)

# A token is replaced this long before it ends, so that none ends under a call.
RENEW_EARLY_SECONDS = 600.0
# Longer than asking takes; one that died while asking delays the others by no more.
_ASKING_SECONDS = 30
_WAIT_FOR_OTHERS_SECONDS = 10.0
_POLL_SECONDS = 0.05

_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@dataclass(frozen=True, slots=True)
class Grant:
    """`good_for_seconds` from now on, after which it is time for another."""

    token: str
    good_for_seconds: float


class FixedToken:
    """A token that never ends, as existing custom apps have."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def renew(self, refused: str) -> bool:
        del refused  # There is no other.
        return False


class GrantedToken:
    """A token that is asked for once, however many threads and processes want it.

    :param ask: gets a new one from Shopify
    """

    def __init__(
        self,
        ask: Callable[[], Grant],
        shared: "SharedGrants",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0
        self._refused: str | None = None

    def token(self) -> str:
        """Return the token to call with.

        :raises ShopUnavailable: Shopify grants none
        """
        with self._lock:
            if self._token is None or self._clock() >= self._renew_at:
                grant = self._shared.get(self._ask, refused=self._refused)
                self._token = grant.token
                self._renew_at = self._clock() + grant.good_for_seconds
            return self._token

    def renew(self, refused: str) -> bool:
        with self._lock:
            if self._token == refused:
                self._token, self._refused = None, refused
            return True


class SharedGrants:
    """The granted token of one app in one store, in Redis until it is to be renewed.

    :param secret: the app's own; whoever does not have it cannot read the token
    """

    def __init__(self, client: redis.Redis, *, shop: str, client_id: str, secret: str) -> None:
        self._client = client
        self._key = f"shopify:token:{shop}:{client_id}"
        digest = hashlib.sha256(b"access token of the bridge\0" + secret.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(digest))

    def get(self, ask: Callable[[], Grant], *, refused: str | None) -> Grant:
        """Return the shared token, or ask for one and share it.

        :param refused: a token that Shopify no longer accepts; another one is wanted
        """
        try:
            return self._get(ask, refused)
        except redis.RedisError as error:
            log.warning("shopify_token_without_redis", error=type(error).__name__)
            return ask()

    def _get(self, ask: Callable[[], Grant], refused: str | None) -> Grant:
        lock, owner = f"{self._key}:asking", secrets.token_hex(8)
        give_up_at = time.monotonic() + _WAIT_FOR_OTHERS_SECONDS
        while True:
            found = self._stored(refused)
            if found is not None:
                return found
            if self._client.set(lock, owner, nx=True, ex=_ASKING_SECONDS):
                break
            if time.monotonic() > give_up_at:
                raise ShopUnavailable("Shopify's access token is being renewed elsewhere, for too long")
            time.sleep(_POLL_SECONDS)
        try:
            # Somebody may have finished between the look and the lock.
            return self._stored(refused) or self._share(ask())
        finally:
            with contextlib.suppress(redis.RedisError):  # It runs out by itself.
                self._client.eval(_UNLOCK, 1, lock, owner)

    def _stored(self, refused: str | None) -> Grant | None:
        pipeline = self._client.pipeline()
        pipeline.get(self._key)
        pipeline.pttl(self._key)
        sealed, milliseconds = pipeline.execute()
        if sealed is None or milliseconds <= 0:
            return None
        try:
            token = self._cipher.decrypt(sealed).decode()
        except InvalidToken:  # Sealed with the secret before the last rotation.
            return None
        return None if token == refused else Grant(token, milliseconds / 1000)

    def _share(self, grant: Grant) -> Grant:
        sealed = self._cipher.encrypt(grant.token.encode())
        try:
            self._client.set(self._key, sealed, px=max(int(grant.good_for_seconds * 1000), 1))
        except redis.RedisError as error:
            log.warning("shopify_token_without_redis", error=type(error).__name__)
        return grant


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
    if answer.status != 200:
        raise ShopUnavailable(f"Shopify grants no token (HTTP {answer.status})")
    try:
        granted = json.loads(answer.body)
        token, lifetime = str(granted["access_token"]), float(granted["expires_in"])
    except (ValueError, KeyError, TypeError) as error:
        raise ShopUnavailable("Shopify grants no token: its answer cannot be read") from error
    return Grant(token, max(lifetime - RENEW_EARLY_SECONDS, lifetime / 2))
