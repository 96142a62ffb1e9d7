"""Whether Shopify is left alone just now, for whoever only wants to know: nothing is asked of Shopify itself.

Apart from `opening`, since the web process needs nothing else of what is put together there.
"""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bridge.shopify.circuit import CircuitState, SharedCircuit

# A call must not wait for a Redis that does not answer: the budget and the tokens do without it for a while.
_REDIS_SECONDS = 0.25


class Lookout:
    """What all processes know of the shop's circuit."""

    def __init__(self, redis_url: str, shop: str) -> None:
        self._client = connect(redis_url)
        self._circuit = SharedCircuit(self._client, shop)

    def state(self) -> CircuitState | None:
        """Return how the circuit stands; None while Redis does not say."""
        try:
            return self._circuit.look()
        except redis.RedisError:
            return None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def connect(redis_url: str) -> redis.Redis:
    """Return a client that fails at once; by default it would try again for seconds."""
    return redis.Redis.from_url(
        redis_url,
        socket_timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
