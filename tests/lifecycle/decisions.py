"""What staff decide at the bridge. It is allowed exactly when decision 2 says so of the status there is."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from bridge.domain.errors import IllegalMove
from bridge.models import Order, ShopifyFulfillment
from bridge.services.order_decisions import complete, decide, request_cancel, request_confirm, request_reject
from tests.lifecycle.laws import Laws
from tests.lifecycle.model import Life


class Decisions(Laws):
    """Confirm, reject, cancel, mark as delivered."""

    @precondition(lambda self: self.left["decisions"])
    @rule(
        data=st.data(), what=st.sampled_from(("confirm", "confirm the changes", "reject", "cancel", "cancel"))
    )
    def somebody_decides(self, data, what) -> None:
        self.left["decisions"] -= 1
        life = self._any_life(data)
        if what == "reject":
            self._intends(life, what, request_reject, {"INCOMPLETE_CAUTION"})
        elif what == "cancel":
            self._cancel(life)
        else:
            self._confirm(life, accept=what == "confirm the changes")

    def _confirm(self, life: Life, *, accept: bool) -> None:
        row = self.world.read(life.id)
        if self._decides(
            life,
            request_confirm,
            row.status == "INCOMPLETE_CAUTION" and row.intent is None,
            accept_changes=accept,
        ):
            life.confirmed, life.accepts_changes = True, accept

    def _cancel(self, life: Life) -> None:
        self._intends(life, "cancel", request_cancel, {"INCOMPLETE_CAUTION", "UNFULFILLED"})

    def _intends(self, life: Life, intent: str, decision: Callable[..., Order], allowed: set[str]) -> None:
        row = self.world.read(life.id)
        legal = row.status in allowed and row.intent in (None, intent)
        if self._decides(life, decision, legal, reason="as drawn") and row.intent is None:
            life.intend(intent)

    @precondition(lambda self: self._sent_lives())
    @rule(data=st.data())
    def staff_mark_as_delivered(self, data) -> None:
        life = self._draw(data, self._sent_lives())
        legal = self.world.read(life.id).status == "FULFILLED"
        with self.world.db.transaction() as session:
            known = set(
                session.scalars(
                    select(ShopifyFulfillment.fulfillment_id).where(
                        ShopifyFulfillment.order_id == life.id, ShopifyFulfillment.status == "success"
                    )
                )
            )
        if self._decides(life, complete, legal) and life.sale is not None:
            for parcel in life.sale.parcels:
                if int(parcel.gid.rsplit("/", 1)[1]) in known and parcel.delivered_at is None:
                    parcel.delivered_at = self.world.now()

    def _decides(self, life: Life, decision: Callable[..., Order], legal: bool, **how: Any) -> bool:
        """Decide; whether it is allowed is exactly what decision 2 says of the status there is."""
        try:
            decide(self.world.db, decision, order_id=life.id, by="staff", **how)
        except IllegalMove:
            assert not legal, f"{decision.__name__} was refused"
            return False
        assert legal, f"{decision.__name__} was allowed"
        return True
