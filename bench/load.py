"""A bounded load on one address of this machine: so many connections, so many seconds, then it stops.

Each request has a connection of its own: with keep-alive one of two web processes may get all of them,
and the figure would be the balance and not the service.
"""

import http.client
import itertools
import json
import random
import statistics
import threading
import time
import uuid
from dataclasses import dataclass, field

CONNECTIONS = 16


@dataclass
class Load:
    """What came of one round: answers per second, and latencies in milliseconds."""

    seconds: float
    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.milliseconds, n=100)[percent - 1]


def carts(skus: list[str], seed: int):
    """Yield carts of 2 to 5 lines, a fifth of them not ours, each with a number of its own."""
    draw = random.Random(seed)
    for number in itertools.count():
        items = [
            {
                "sku": draw.choice(skus)
                if draw.random() < 0.8 or not line
                else f"OWN-{draw.randrange(1000)}",
                "title": "A product",
                "price": 29.99,
                "quantity": draw.randint(1, 2),
            }
            for line in range(draw.randint(2, 5))
        ]
        subtotal = round(sum(item["price"] * item["quantity"] for item in items), 2)
        yield {
            "partner_order_id": f"BENCH-{seed}-{number}",
            "items": items,
            "customer": {"name": "John Doe", "phone": "+962790000000"},
            "shipping": {"street": "1 Main", "city": "Amman", "postal_code": "11118", "country": "JO"},
            "totals": {
                "subtotal": subtotal, "tax": 0, "shipping": 5, "total": round(subtotal + 5, 2)
            },
            "payment_status": "paid",
            "payment_method": "Credit Card",
        }  # fmt: skip


def submit_for(seconds: float, *, port: int, api_key: str, skus: list[str], seed: int) -> Load:
    """Submit carts as fast as the answers come, on `CONNECTIONS` connections at a time."""
    load = Load(seconds)
    bodies = carts(skus, seed)
    lock = threading.Lock()
    stop_at = time.perf_counter() + seconds

    def client() -> None:
        while time.perf_counter() < stop_at:
            with lock:
                body = json.dumps(next(bodies))
            started = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(
                "POST",
                "/v1/carts/submit",
                body,
                {
                    "Authorization": f"Bearer {api_key}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": str(uuid.uuid4()),
                    "Connection": "close",
                },
            )
            answer = connection.getresponse()
            answer.read()
            connection.close()
            with lock:
                if answer.status == 200:
                    load.milliseconds.append((time.perf_counter() - started) * 1000)
                else:
                    load.failures += 1

    threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load
