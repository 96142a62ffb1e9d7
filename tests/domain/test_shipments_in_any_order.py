"""The same webhooks in any order, repeated and late, end in one state: the one the shop is in."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import order_facts
from bridge.domain.order_facts import OrderFacts
from bridge.domain.shipments import derive
from tests.domain.shop_orders import LINE_IDS, Model

ACTIONS = ("ship", "track", "deliver", "move_on", "unship", "refund", "edit", "cancel", "close", "reopen")

stories = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 5), st.sampled_from((0, 0, 1, 7))), max_size=12
)


def told(story) -> tuple[Model, list, list]:
    """The shop after a story, its webhooks with the action that sent each, and the shop after each action."""
    shop = Model()
    shop.sent.append(("order", shop.picture()))
    looks, numbers = [shop.picture()], [0]
    for number, (action, pick, seconds) in enumerate(story, start=1):
        shop.wait(seconds)
        shop.act(action, pick)
        looks.append(shop.picture())
        numbers += [number] * (len(shop.sent) - len(numbers))
    return shop, list(zip(numbers, shop.sent, strict=True)), looks


class Bridge:
    """Keeps the facts, and reads the shop whenever a report asks for it."""

    def __init__(self) -> None:
        self.facts = OrderFacts()
        self.read_wanted = False
        self.parked: list[tuple] = []

    def hear(self, message: tuple) -> None:
        kind, *content = message
        if kind == "order":
            self._take(order_facts.learn_order(self.facts, content[0], by_read=False))
        elif kind == "fulfillment":
            self._take(order_facts.learn_fulfillment(self.facts, content[0], by_read=False))
        elif kind == "event":
            number, status, time = content
            learned = order_facts.learn_carrier_event(
                self.facts, fulfillment_id=number, status=status, at=time
            )
            if learned is None:
                self.parked.append(message)
            else:
                self._take(learned)
        elif kind == "refund":
            self.read_wanted |= not order_facts.knows_refund(self.facts, content[0])

    def store(self, picture) -> None:
        """Take what a read answered."""
        self._take(order_facts.learn_order(self.facts, picture, by_read=True))

    def settle(self, picture) -> None:
        """Do what is left until nothing is: parked webhooks again, reads that were asked for."""
        reads = 0
        while self.parked or self.read_wanted:
            waiting, self.parked = self.parked, []
            for message in waiting:
                self.hear(message)
            if self.read_wanted:
                reads += 1
                self.read_wanted = False
                self.store(picture)
            assert reads < 5, "reading the same thing again and again"

    def _take(self, learned) -> None:
        self.facts = learned.facts
        self.read_wanted |= learned.read_because is not None


@settings(max_examples=600)
@given(stories, st.data())
def test_any_permutation_duplication_and_delay_ends_as_the_shop_is(story, data):
    shop, sent, looks = told(story)
    if not data.draw(st.booleans(), label="carriers' events are sent"):
        sent = [(number, message) for number, message in sent if message[0] != "event"]
    bridge, latest = Bridge(), 0
    under_way = None  # A read that has begun and has not been stored yet.

    for number, message in data.draw(st.permutations(sent * 2), label="webhooks"):
        bridge.hear(message)
        latest = max(latest, number)
        if under_way and data.draw(st.booleans(), label="the read is stored"):
            bridge.store(under_way)
            under_way = None
        if bridge.read_wanted and not under_way and data.draw(st.booleans(), label="a read begins"):
            # It sees at least what we were called about; what happens meanwhile, it may miss.
            bridge.read_wanted = False
            under_way = data.draw(st.sampled_from(looks[latest:]), label="as of")
    if under_way:
        bridge.store(under_way)
    bridge.settle(looks[-1])

    found = derive(bridge.facts.order, bridge.facts.parcels.values(), LINE_IDS)
    assert (found.status, found.archived) == shop.status()
    assert {
        p: (u.due, u.shipped, u.delivered) for p, u in found.lines.items()
    } == shop.due_shipped_delivered()


@settings(max_examples=200)
@given(stories)
def test_one_read_alone_tells_the_same_units(story):
    shop, _, looks = told(story)
    bridge = Bridge()

    bridge.store(looks[-1])

    found = derive(bridge.facts.order, bridge.facts.parcels.values(), LINE_IDS)
    units = {p: (u.due, u.shipped) for p, u in found.lines.items()}
    assert units == {p: told[:2] for p, told in shop.due_shipped_delivered().items()}


def test_a_carriers_event_of_a_parcel_not_heard_of_waits_for_the_parcel():
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)

    learned = order_facts.learn_carrier_event(OrderFacts(), fulfillment_id=7, status="delivered", at=at)

    assert learned is None
