"""What partners do: submit carts, again and again, under the same keys and numbers, through crashes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from bridge import failpoints
from bridge.models import Order
from tests.lifecycle.carts import CARTS, KEYS, NOTHING_OF_OURS, NUMBERS
from tests.lifecycle.decisions import Decisions
from tests.lifecycle.model import ENDED_BY_US, Cart, Life
from tests.lifecycle.world import World

SUBMIT_PLACES = tuple(name for name in failpoints.NAMES if name.startswith("submit."))
DAY = 24 * 3600


@dataclass(frozen=True)
class Answer:
    """What a partner was told under a key, and until when it counts."""

    number: tuple[str, str]
    cart: Cart
    status: int
    body: bytes
    until: int


class Partners(Decisions):
    """Submits, each judged by decisions 5, 6, 6c and 7."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.answers: dict[tuple[str, str], Answer] = {}

    @precondition(lambda self: self.left["submits"])
    @rule(
        number=st.sampled_from(NUMBERS),
        cart=st.sampled_from((*CARTS, NOTHING_OF_OURS)),
        key=st.sampled_from(KEYS),
        crash=st.sampled_from((None, None, *SUBMIT_PLACES)),
    )
    def a_partner_submits(self, number, cart, key, crash) -> None:
        self.left["submits"] -= 1
        if crash is not None:  # The partner hears nothing good, and sends it once more.
            failpoints.arm(f"{crash}:raise")
            self.world.submit(number[0], self._body(number, cart), key)
            failpoints.arm("")
            self._learn_of(number, cart)
        self._submit(number, cart, key)

    def _submit(self, number: tuple[str, str], cart: Cart, key: str | None) -> None:
        partner = number[0]
        before = self._holder(number)
        said = self.answers.get((partner, key or ""))
        answer = self.world.submit(partner, self._body(number, cart), key)
        if said is not None and said.until > self.world.moved:
            if (said.number, said.cart) != (number, cart):
                assert answer.status_code == 409, "a key of another cart"
                return
            assert (answer.status_code, answer.data) == (said.status, said.body), "a replay"
            return
        self._judge(number, cart, before, answer)
        if key is not None and answer.status_code in (200, 204):
            until = self.world.moved + DAY
            self.answers[partner, key] = Answer(number, cart, answer.status_code, answer.data, until)

    def _judge(self, number: tuple[str, str], cart: Cart, before: Life | None, answer: Any) -> None:
        """Compare an answer that is no replay with decisions 5, 6 and 6c."""
        if before is None:
            assert answer.status_code == (200 if cart.ours else 204)
        elif before.cart is cart:
            assert answer.status_code == 200
            assert UUID(answer.json["supplier_order_id"]) == before.id
            assert answer.json["status"] == self.world.shown(number[0], before.id)["status"]
            return
        elif answer.status_code != 409:
            assert self._is_over(before), "another cart under the number of an order that lives"
            assert answer.status_code == (200 if cart.ours else 204)
        if answer.status_code == 200:
            self._learn_of(number, cart)
            assert UUID(answer.json["supplier_order_id"]) == self.lives[-1].id

    def _learn_of(self, number: tuple[str, str], cart: Cart) -> None:
        """Take up the order that has the number now, where that is news."""
        partner, name = number
        with self.world.db.transaction() as session:
            found = session.scalar(
                select(Order).where(
                    Order.partner_id == self.world.accounts[partner].id,
                    Order.partner_order_id == name,
                    Order.superseded_by.is_(None),
                )
            )
        if found is None or any(life.id == found.id for life in self.lives):
            return
        before = self._holder(number)
        if before is not None:
            before.superseded = True
        life = Life(found.id, partner, name, cart, confirmed=partner == "Umniah")
        self.lives.append(life)

    def _holder(self, number: tuple[str, str]) -> Life | None:
        return next(
            (each for each in self.lives if (each.partner, each.number) == number and not each.superseded),
            None,
        )

    def _body(self, number: tuple[str, str], cart: Cart) -> dict[str, Any]:
        return {**cart.body, "partner_order_id": number[1]}

    def _is_over(self, life: Life) -> bool:
        """Rejected or canceled, and nothing of it is alive in the shop (decision 6c)."""
        row = self.world.read(life.id)
        open_drafts = [draft for draft in self._our_drafts(life) if draft.status != "COMPLETED"]
        living = [order for order in self._our_orders(life) if order.cancelled_at is None]
        return (row.status_before_archive or row.status) in ENDED_BY_US and not open_drafts and not living
