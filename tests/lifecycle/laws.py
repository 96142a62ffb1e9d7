"""What always holds, after every step; and what is true at rest, where every order is where the plain model says."""

from collections import Counter

from hypothesis import event
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select, text

from bridge import jobs
from bridge.models import Order, OrderEvent
from simulator.records import Order as ShopOrder
from tests.lifecycle import floor
from tests.lifecycle.choices import Choices
from tests.lifecycle.model import Life, Sale
from tests.lifecycle.world import BOARD, COFFEE, IN_STOCK


class Laws(Choices):
    """Invariants, and the comparison with the model."""

    @invariant()
    def a_step_takes_its_time(self) -> None:
        self.world.tick()

    @invariant()
    def what_the_shop_made_of_it_is_allowed(self) -> None:
        """At most one draft and one order of the shop per order of ours; canceled only if somebody wanted that."""
        for life in self.lives:
            orders = self._our_orders(life)
            assert len(self._our_drafts(life)) <= 1 or life.id in self.world.were_late, "two drafts of one"
            assert sum(order.cancelled_at is None for order in orders) <= 1, "two orders of one"
            for order in orders:
                self._follow(life, order)
            for copied in life.copied_orders:
                [left_alone] = [order for order in self.world.orders_of(life.id) if order.id == copied]
                assert left_alone.cancelled_at is None, "a copy was touched"
            drafts = {draft.id for draft in self.world.drafts_of(life.id)}
            assert life.copies <= drafts, "a copy was deleted"

    def _follow(self, life: Life, order: ShopOrder) -> None:
        if life.sale is None:
            life.sale = self._began(life, order)
        sale = life.sale
        assert sale.number == order.id, "another order of the shop is its own now"
        if order.cancelled_at is not None and sale.canceled_at is None:
            assert life.intent is not None, "nobody asked to cancel it"
            sale.note_cancellation(self.world.second(order.cancelled_at))
        known = {parcel.gid for parcel in sale.parcels}
        ours = {floor.line_at(order, position).id for position in sale.ordered}
        for parcel in order.fulfillments:
            if f"gid://shopify/Fulfillment/{parcel.id}" not in known:
                assert ours.isdisjoint(part.line.id for part in parcel.lines), (
                    "the bridge ships nothing of ours"
                )

    def _began(self, life: Life, order: ShopOrder) -> Sale:
        """The draft has become an order, since staff completed it or somebody had confirmed it as it was."""
        if not life.completed_by_staff:
            assert life.confirmed, "nobody confirmed it"
            assert life.intent is None, "it was to be rejected or canceled"
            assert life.accepts_changes or life.difference() is None, "nobody has seen what was changed"
        wanted = life.draft_edited or life.cart.ours
        ordered = {position: floor.line_at(order, position).quantity for position in wanted}
        assert ordered == wanted
        return Sale(order.id, ordered)

    @invariant()
    def one_order_holds_a_number(self) -> None:
        with self.world.db.transaction() as session:
            held = session.execute(
                text(
                    "SELECT partner_id, partner_order_id FROM orders WHERE superseded_by IS NULL OR"
                    " coalesce(status_before_archive, status) NOT IN ('REJECTED', 'CANCELED')"
                )
            ).all()
        assert max(Counter(map(tuple, held)).values(), default=1) == 1

    @invariant()
    def what_is_left_to_do_is_work_or_told(self) -> None:
        """Whatever still has to happen has a row of work that is not given up, or staff were told."""
        pieces = {(piece.job, piece.key): piece for piece in self.world.pieces()}
        rows = self.world.rows()
        for life in self.lives:
            row = rows[life.id]
            for job in _unfinished(row):
                piece = pieces.get((job, jobs.key_of({"order_id": life.id})))
                going_on = piece is not None and piece.given_up_at is None
                assert going_on or row.attention is not None, f"nobody does {job}, and nobody knows"

    # ------------------------------------------------------------ at rest

    @precondition(lambda self: self.left["rests"])
    @rule()
    def the_mail_is_lost_and_everything_comes_to_rest(self) -> None:
        self.left["rests"] -= 1
        self._compare(deliver=False)

    def teardown(self) -> None:
        self._compare(deliver=True)

    def _compare(self, *, deliver: bool) -> None:
        self.world.rest(deliver=deliver)
        self.what_the_shop_made_of_it_is_allowed()
        self.one_order_holds_a_number()
        self.what_is_left_to_do_is_work_or_told()
        promised: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        rows = self.world.rows()
        for life in self.lives:
            row = rows[life.id]
            reason = row.attention and row.attention.split(":")[0]
            assert (row.status, reason) in life.outcomes(), (row.status, row.attention, life)
            event("at rest", f"{row.status} {reason or ''}")
            assert self.world.shown(life.partner, life.id)["status"] == row.status
            self._compare_drafts(life, row)
            self._compare_copies(life)
            promised += life.promised(row.status)
            taken += life.taken()
        taken += self._taken_by_copies()
        for sku in (COFFEE, BOARD):
            assert self.world.available(sku) == IN_STOCK - taken[sku], "the model's stock is the shop's"
            assert self.world.for_sale(sku) == IN_STOCK - taken[sku] - promised[sku], "and what we would sell"

    def _compare_drafts(self, life: Life, row: Order) -> None:
        left = [draft for draft in self._our_drafts(life) if draft.status != "COMPLETED"]
        waits = row.status == "INCOMPLETE_CAUTION"
        assert len(left) == waits, "one draft while the order waits, none afterwards"
        assert [draft.id for draft in left] == [row.draft_id] * waits
        if life.sale is not None:
            assert row.shopify_order_id == life.sale.number

    def _compare_copies(self, life: Life) -> None:
        with self.world.db.transaction() as session:
            seen = session.scalars(
                select(OrderEvent.detail).where(
                    OrderEvent.order_id == life.id, OrderEvent.kind == "copy_seen"
                )
            ).all()
        for copied in life.copied_orders:
            assert {"shopify_order_id": copied} in seen, "staff were not told of a copy"

    def _taken_by_copies(self) -> Counter[str]:
        taken: Counter[str] = Counter()
        for life in self.lives:
            for order in self.world.orders_of(life.id):
                if order.id in life.copied_orders:
                    taken.update({line.sku: line.quantity for line in order.lines if line.variant_id})
        return taken


def _unfinished(row: Order) -> list[str]:
    """Return the jobs that an order's own row says are still to be done."""
    if row.intent is not None:
        return [] if row.status in ("REJECTED", "CANCELED", "ARCHIVED") else [jobs.CLOSE_ORDER]
    if row.status != "INCOMPLETE_CAUTION":
        return []
    if row.draft_id is None:
        return [jobs.PUSH_ORDER]
    return [jobs.CONFIRM_ORDER] if row.confirm_requested_at is not None else []
