"""The sample cart shows every rounding."""

from decimal import Decimal

import pytest

from bridge.domain.draft_order import draft_of
from bridge.domain.sample_sale import sample_sale


@pytest.mark.parametrize(("currency", "total"), [("USD", "69.06"), ("JOD", "69.006"), ("JPY", "75")])
def test_every_amount_of_it_uses_the_last_minor_digit(currency, total):
    draft = draft_of(sample_sale(currency, variant_id=5), attempt=1)

    assert str(draft.total) == total
    assert {line.variant_id for line in draft.lines} == {5, None}
    paid = sum((line.price * line.quantity for line in draft.lines), Decimal(0)) + draft.shipping_price
    assert paid == draft.total
    assert draft.discount == 0


def test_without_a_variant_of_ours_it_is_the_partners_own_line():
    assert [line.variant_id for line in sample_sale("USD", variant_id=None).lines] == [None]


def test_a_currency_that_is_none_is_refused():
    with pytest.raises(ValueError, match="XXX"):
        sample_sale("XXX", variant_id=None)
