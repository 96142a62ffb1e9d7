"""A running shop of a test: the real HTTP server over a real socket, in this process."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from simulator.server import make_http_server
from simulator.simulation import Simulation

SECRET = "secret-of-the-simulator"


class Shop:
    """What a test says to a shop, and what it can see of it."""

    def __init__(self, url: str, simulation: Simulation) -> None:
        self.url = url
        self.simulation = simulation
        self.store = simulation.store
        self._session = requests.Session()
        self._session.trust_env = False

    def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One operation; the whole answer, errors included."""
        return self._session.post(
            f"{self.url}/admin/api/2026-07/graphql.json",
            json={"query": query, "variables": dict(variables or {})},
            headers={"X-Shopify-Access-Token": "shpat_test"},
            timeout=60,
        ).json()

    def data(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One operation that must succeed; its data."""
        answer = self.graphql(query, variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def get(self, path: str) -> requests.Response:
        return self._session.get(f"{self.url}{path}", timeout=60, allow_redirects=False)

    def post(self, path: str, **more: Any) -> requests.Response:
        return self._session.post(f"{self.url}{path}", timeout=60, allow_redirects=False, **more)

    def fault(self, fault: str, **details: Any) -> None:
        """Switch a fault on."""
        assert self.post("/__faults", json={"fault": fault, **details}).status_code == 201

    def settings(self, **wish: Any) -> None:
        """Change what a merchant would set."""
        assert self.post("/__settings", json=wish).status_code == 200

    def state(self) -> dict[str, Any]:
        return self.get("/__state").json()

    def close(self) -> None:
        self._session.close()


@contextmanager
def open_shop(
    *, data: Path | None = None, webhooks_to: str | None = None, catalog: Path | None = None
) -> Iterator[Shop]:
    """A shop that is open until the end of the block."""
    simulation = Simulation(secret=SECRET, data=data, webhooks_to=webhooks_to, catalog=catalog)
    simulation.store.settings.webhook_retry_seconds = 0.005
    server = make_http_server(simulation, 0)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    simulation.start()
    serving.start()
    shop = Shop(f"http://127.0.0.1:{server.server_address[1]}", simulation)
    try:
        yield shop
    finally:
        shop.close()
        server.shutdown()
        serving.join()
        simulation.stop()
        server.server_close()
