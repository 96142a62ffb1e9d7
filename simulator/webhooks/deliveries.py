"""Delivering webhooks: one attempt after the other until somebody answers 2xx, as Shopify does.

A delivery is a record of the store, so a restart goes on where it was. Its body is what was true
when it happened; later attempts send the same bytes under the same id. No order is promised.
"""

import base64
import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from urllib3 import Timeout

from simulator.faults import Faults
from simulator.records import Record, Subscription
from simulator.state import Happening, Store, utc_now
from simulator.webhooks.bodies import body_of, is_wanted
from simulator.webhooks.subscriptions import API_VERSION
from simulator.webhooks.topics import SENT, enum_name

CONNECT_SECONDS = 1.0  # https://shopify.dev/docs/apps/build/webhooks
GOODBYE_SECONDS = 5.0  # what is being sent when the shop closes may still be answered
WORKERS = 8
KEPT = 1_000  # deliveries in the log that are over; their bodies are written to disk with the shop


@dataclass(eq=False, kw_only=True)
class Delivery(Record):
    """One message to one address. `state`: pending, then delivered, failed, dropped or abandoned."""

    kind = "WebhookDelivery"

    topic: str
    address: str
    subscription_id: int | None  # None: the address that the simulator was started with
    name: str | None
    webhook_id: str
    event_id: str
    triggered_at: str
    body: bytes = field(repr=False)
    due: float  # seconds since 1970
    state: str = "pending"
    attempts: list[dict[str, Any]] = field(default_factory=list)


class Deliveries:
    """The threads that deliver. Everything they remember is in the store, under its lock."""

    def __init__(self, store: Store, faults: Faults, *, secret: str, always_to: str | None = None) -> None:
        """Listen to the store.

        :param secret: signs the bodies
        :param always_to: an address that gets every topic, as one in an app's own configuration
            does: it is in no list of subscriptions and is never removed
        """
        self.store = store
        self.faults = faults
        self.secret = secret.encode()
        self.always_to = always_to
        self._wake = threading.Condition()
        self._queue: list[tuple[float, int, Delivery]] = []
        self._tickets = itertools.count()
        self._over: deque[Delivery] = deque()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, name=f"webhooks-{n}", daemon=True) for n in range(WORKERS)
        ]
        store.on_action_end.append(self.tell)

    def start(self) -> None:
        """Start delivering, first of all what an earlier process left behind."""
        with self.store.lock:
            for delivery in self.store.all("WebhookDelivery"):
                if delivery.state == "pending":
                    self._put(delivery)
                else:
                    self._over.append(delivery)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; what is not delivered stays in the store."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=GOODBYE_SECONDS)

    # -- what is to be told

    def tell(self, happenings: list[Happening]) -> None:
        """Make the deliveries for what has happened; called under the store's lock."""
        for happening in happenings:
            content: dict[str, Any] | None = None
            for subscription in self._listeners(happening.topic):
                if content is None:
                    content = body_of(happening, self.store)
                if is_wanted(content, subscription.filter):
                    self._make(happening, subscription, content)
            if happening.topic == "app/uninstalled":
                self._forget_subscriptions()

    def _listeners(self, topic: str) -> list[Subscription]:
        found = [s for s in self.store.subscriptions if s.topic == topic]
        if self.always_to and topic in SENT:
            now = utc_now()
            found.append(Subscription(id=0, created_at=now, updated_at=now, topic=topic, uri=self.always_to))
        return found

    def _forget_subscriptions(self) -> None:
        for subscription in self.store.subscriptions:
            self.store.drop(subscription)

    def _make(self, happening: Happening, to: Subscription, content: dict[str, Any]) -> None:
        """One delivery; more or later or none when a fault strikes."""
        names = {happening.topic, enum_name(happening.topic)}
        now = utc_now()
        late = sum(fault.seconds for fault in self.faults.draw_each("webhook_delay", names))
        copies = 1 + len(self.faults.draw_each("webhook_duplicate", names))
        dropped = bool(self.faults.draw_each("webhook_drop", names))
        shuffles = self.faults.draw_each("webhook_shuffle", names)
        webhook_id = str(uuid.uuid4())
        triggered_at = happening.triggered_at.isoformat().replace("+00:00", "Z")
        body = _bytes(content, to.include_fields)
        for _ in range(copies):
            delivery = Delivery(
                id=self.store.next_id(), created_at=now, updated_at=now, topic=happening.topic,
                address=to.uri, subscription_id=to.id or None, name=to.name, webhook_id=webhook_id,
                event_id=happening.event_id, triggered_at=triggered_at, body=body,
                due=time.time() + late + sum(f.chance.random() * f.seconds for f in shuffles),
                state="dropped" if dropped else "pending",
            )  # fmt: skip
            self.store.add(delivery)
            if dropped:
                self._end(delivery, "dropped")
            else:
                self._put(delivery)

    def _put(self, delivery: Delivery) -> None:
        with self._wake:
            heapq.heappush(self._queue, (delivery.due, next(self._tickets), delivery))
            self._wake.notify()

    # -- telling it

    def _work(self) -> None:
        session = requests.Session()
        session.trust_env = False  # No proxy for addresses on this machine.
        while (delivery := self._next()) is not None:
            self._attempt(session, delivery)
        session.close()

    def _next(self) -> Delivery | None:
        """Wait for the delivery that is due first; None when all is to end."""
        with self._wake:
            while not self._stopped:
                rest = self._queue[0][0] - time.time() if self._queue else None
                if rest is not None and rest <= 0:
                    return heapq.heappop(self._queue)[2]
                self._wake.wait(rest)
        return None

    def _attempt(self, session: requests.Session, delivery: Delivery) -> None:
        with self.store.lock:
            if not self._is_alive(delivery):
                self._end(delivery, "abandoned")
                return
        began = time.monotonic()
        seconds = max(self.store.settings.webhook_seconds, 0.001)
        outcome: dict[str, Any]
        try:
            answer = session.post(
                delivery.address, data=delivery.body, headers=self.headers(delivery),
                timeout=Timeout(connect=CONNECT_SECONDS, total=seconds), allow_redirects=False,
            )  # fmt: skip
            outcome = {"status": answer.status_code}
        except requests.RequestException as error:
            outcome = {"error": type(error).__name__}
        outcome["seconds"] = round(time.monotonic() - began, 3)
        with self.store.lock:
            self._note(delivery, outcome)

    def _is_alive(self, delivery: Delivery) -> bool:
        """Whether it is still to be sent: not after a reset, nor when its subscription is gone."""
        if self.store.get("WebhookDelivery", delivery.id) is not delivery:
            return False
        mine = delivery.subscription_id
        return (
            mine is None
            or delivery.topic == "app/uninstalled"
            or self.store.get("WebhookSubscription", mine) is not None
        )

    def _note(self, delivery: Delivery, outcome: dict[str, Any]) -> None:
        """Write down how an attempt went, and what follows from it."""
        settings = self.store.settings
        delivery.attempts.append({"at": datetime.now(UTC).isoformat(), **outcome})
        subscription = self.store.get("WebhookSubscription", delivery.subscription_id or 0)
        if 200 <= outcome.get("status", 0) < 300:
            if subscription is not None:
                subscription.failures = 0
            self._end(delivery, "delivered")
            return
        if subscription is not None:
            subscription.failures += 1
        tries = len(delivery.attempts)
        if tries < settings.webhook_tries:
            delivery.due = time.time() + settings.webhook_retry_seconds * 2 ** (tries - 1)
            self._put(delivery)
            self.store.on_change()
            return
        self._end(delivery, "failed")
        if subscription is not None and subscription.failures >= settings.webhook_tries:
            self.store.drop(subscription)  # Nothing came through in all that time.

    def _end(self, delivery: Delivery, state: str) -> None:
        delivery.state = state
        self._over.append(delivery)
        while len(self._over) > KEPT:
            self.store.drop(self._over.popleft())
        self.store.on_change()

    def headers(self, delivery: Delivery) -> dict[str, str]:
        """What Shopify sends beside the body."""
        signature = hmac.new(self.secret, delivery.body, hashlib.sha256).digest()
        named = {"X-Shopify-Name": delivery.name} if delivery.name else {}
        return named | {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": delivery.topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
            "X-Shopify-Shop-Domain": self.store.settings.shop,
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": delivery.webhook_id,
            "X-Shopify-Event-Id": delivery.event_id,
            "X-Shopify-Triggered-At": delivery.triggered_at,
        }


def _bytes(content: dict[str, Any], include_fields: list[str]) -> bytes:
    """The body as it goes out; `include_fields` narrows its top level."""
    if include_fields:
        content = {key: value for key, value in content.items() if key in include_fields}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def log(store: Store) -> list[dict[str, Any]]:
    """The deliveries that the store remembers, oldest first, without their bodies."""
    return [
        {
            "id": one.id, "topic": one.topic, "address": one.address, "state": one.state,
            "webhook_id": one.webhook_id, "event_id": one.event_id, "name": one.name,
            "triggered_at": one.triggered_at, "subscription_id": one.subscription_id,
            "attempts": list(one.attempts), "body_bytes": len(one.body),
        }
        for one in store.all("WebhookDelivery")
    ]  # fmt: skip
