"""A stage for journeys back from the shop: its webhooks are kept, and handed to the bridge as a test wants them."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import BridgeError
from bridge.models import OrderEvent, OrderItem, ShopifyFulfillment, WebhookEvent, Work
from bridge.services.apply_webhook import apply_webhook
from bridge.services.close_custom_lines import close_custom_lines
from bridge.services.close_order import close_order
from bridge.services.confirm_order import confirm_order
from bridge.services.order_decisions import decide, request_confirm
from bridge.services.push_order import push_order
from bridge.services.read_order import read_order
from bridge.services.receive_webhook import Delivery, receive_webhook
from simulator.webhooks.deliveries import log
from tests.flows.stage import TIMING
from tests.simulator.listening import Inbox, Letter
from tests.support.waiting import await_until
from tests.webhooks.shop_floor import ShopFloor

LEASE = 60

_SERVICES: Mapping[str, Callable[..., None]] = {
    jobs.PUSH_ORDER: push_order,
    jobs.CONFIRM_ORDER: confirm_order,
    jobs.CLOSE_ORDER: close_order,
    jobs.CLOSE_LINES: close_custom_lines,
}


@dataclass
class Stage(ShopFloor):
    """Work runs here and now. `inbox` keeps what the shop sends until `deliver` hands it over."""

    inbox: Inbox = field(default_factory=Inbox)
    handed_over: int = 0
    reads: int = 0

    # ------------------------------------------------------------ webhooks

    def sent(self) -> list[Letter]:
        """What the shop has sent since the last time, once all of it is out."""
        await_until(self._all_is_out, because="the shop to send its webhooks")
        letters = list(self.inbox.letters)[self.handed_over :]
        self.handed_over += len(letters)
        return letters

    def deliver(self, letters: Sequence[Letter]) -> None:
        """Hand deliveries to the bridge, in this order, without working on them."""
        for letter in letters:
            with self.db.transaction() as session:
                receive_webhook(session, _delivery(letter))

    def catch_up(self, *, shuffled: random.Random | None = None, times: int = 1) -> list[BridgeError]:
        """Hand over what was sent, perhaps shuffled and repeated, and do all work that follows from it.

        What the work itself makes the shop send is handed over too.
        """
        errors: list[BridgeError] = []
        for _ in range(10):
            letters = self.sent() * times
            if not letters:
                return errors + self.run()
            if shuffled is not None:
                shuffled.shuffle(letters)
            for letter in letters:
                self.deliver([letter])
                if shuffled is None or shuffled.random() < 0.5:
                    errors += self.run()
            errors += self.run()
        raise AssertionError("the shop and the bridge keep telling each other news")

    def _all_is_out(self) -> bool:
        with self.simulator.store.lock:
            return all(each["state"] != "pending" for each in log(self.simulator.store))

    # ------------------------------------------------------------ work

    def run(self) -> list[BridgeError]:
        errors: list[BridgeError] = []
        for _ in range(100):
            due = self._due()
            if not due:
                return errors
            for work in due:
                try:
                    self._do(work.job, work.ids)
                except BridgeError as error:
                    errors.append(error)
        raise AssertionError("the work does not come to an end")

    def later(self, seconds: float = 61) -> list[BridgeError]:
        with self.db.transaction() as session:
            session.execute(
                text("UPDATE shopify_orders SET stored_at = stored_at - make_interval(secs => :seconds)"),
                {"seconds": seconds},
            )
        return super().later(seconds)

    def _do(self, job: str, ids: Mapping[str, str]) -> None:
        if job == jobs.APPLY_WEBHOOK:
            apply_webhook(self.db, self.shop, webhook_id=ids["webhook_id"], lease_seconds=LEASE)
        elif job == jobs.READ_ORDER:
            self.reads += 1
            read_order(self.db, self.shop, order_id=UUID(ids["order_id"]), lease_seconds=LEASE)
        else:
            _SERVICES[job](self.db, self.shop, order_id=UUID(ids["order_id"]), timing=TIMING)

    def _due(self) -> Sequence[Work]:
        with self.db.transaction() as session:
            return session.scalars(
                select(Work)
                .where(
                    Work.job.in_([*_SERVICES, jobs.APPLY_WEBHOOK, jobs.READ_ORDER]),
                    Work.given_up_at.is_(None),
                    Work.next_attempt_at <= clock(session),
                )
                .order_by(Work.id)
            ).all()

    # ------------------------------------------------------------ what is known

    def items(self, order_id: UUID) -> list[tuple[int | None, int, int]]:
        """Per line: units due, shipped, delivered."""
        with self.db.transaction() as session:
            return [
                (item.due_quantity, item.fulfilled_quantity, item.delivered_quantity)
                for item in session.scalars(
                    select(OrderItem).where(OrderItem.order_id == order_id).order_by(OrderItem.position)
                )
            ]

    def moves(self, order_id: UUID) -> list[tuple[str | None, bool]]:
        """The statuses the order came to, each with whether that was unusual."""
        with self.db.transaction() as session:
            return [
                (event.to_status, event.unusual)
                for event in session.scalars(
                    select(OrderEvent)
                    .where(OrderEvent.order_id == order_id, OrderEvent.kind == "status")
                    .order_by(OrderEvent.id)
                )
            ]

    def parcels(self, order_id: UUID) -> list[tuple[str, str, list[str]]]:
        """The parcels a partner hears of: gid, status, tracking numbers; oldest first."""
        with self.db.transaction() as session:
            rows = session.scalars(
                select(ShopifyFulfillment)
                .where(ShopifyFulfillment.order_id == order_id, ShopifyFulfillment.is_closing.is_(False))
                .order_by(ShopifyFulfillment.fulfillment_id)
            )
            return [
                (f"gid://shopify/Fulfillment/{row.fulfillment_id}", row.status, row.tracking_numbers)
                for row in rows
            ]

    def webhooks(self, **which: Any) -> list[WebhookEvent]:
        with self.db.transaction() as session:
            return list(
                session.scalars(select(WebhookEvent).filter_by(**which).order_by(WebhookEvent.received_at))
            )

    # ------------------------------------------------------------ an order in the shop

    def confirmed(self, *arguments: Any, **columns: Any) -> UUID:
        """An order that is a shop order, with everything said about it so far heard."""
        order_id = self.pushed(*arguments, **columns)
        self.decide_to_confirm(order_id)
        self.run()
        self.catch_up()
        assert self.read(order_id).status == "UNFULFILLED"
        return order_id

    def decide_to_confirm(self, order_id: UUID) -> None:
        decide(self.db, request_confirm, order_id=order_id, by="staff")

    def a_second_later(self) -> None:
        """Wait for the next of the whole seconds that the shop speaks in."""
        began = int(time.time())
        await_until(lambda: int(time.time()) > began, because="the next second")


def _delivery(letter: Letter) -> Delivery:
    return Delivery(
        webhook_id=letter.webhook_id,
        event_id=letter.headers["x-shopify-event-id"],
        topic=letter.topic,
        shop_domain=letter.headers["x-shopify-shop-domain"],
        api_version=letter.headers["x-shopify-api-version"],
        triggered_at=None,
        body=letter.raw,
    )
