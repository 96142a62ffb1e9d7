"""Requests drawn from the API description: no answer is a 5xx, and each is one that the description promises.

Schemathesis makes requests that fit the description and requests that break it in one place, and compares
status, content type, headers and body of every answer with it; it also asks again without a key. The same
requests are drawn in every run; `--hypothesis-profile=explore` draws many more.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bridge.domain import money
from tests.support.partner_api import make_app, opened

# Carts take a while to draw, so fewer of them; shrinking one that fails would take minutes.
EXAMPLES = settings(
    max_examples=settings.default.max_examples // 5,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


class Door:
    """The app of whichever module runs; requests are collected before there is a database for one."""

    app = make_app("postgresql://bridge@127.0.0.1:1/nothing", "redis://127.0.0.1:1/0")

    def __call__(self, *request: Any) -> Any:
        return self.app(*request)


def described(door: Door) -> Any:
    config = schemathesis.Config()
    # A query may have more parameters than we know; the contract ignores them.
    config.projects.default.generation.update(allow_extra_parameters=False)
    return schemathesis.openapi.from_wsgi("/openapi.json", door, config=config)


DOOR = Door()
API = described(DOOR)


@pytest.fixture(scope="module")
def app_of_module(database_url: str, redis_url: str) -> Iterator[Flask]:
    """The app, for a partner who may ask as often as hypothesis does."""
    with opened(make_app(database_url, redis_url, RATE_PER_SECOND="100000", RATE_BURST="100000")) as made:
        DOOR.app = made
        yield made


@pytest.fixture
def headers(app: Flask, account) -> dict[str, str]:
    return account.headers


@API.parametrize()
@EXAMPLES
def test_whatever_is_asked_the_answer_is_a_described_one(case: Case, headers):
    # A schema cannot say everything about a cart; see `payable`.
    cannot_say = [positive_data_acceptance] if case.method == "POST" else []

    case.call_and_validate(headers=headers, excluded_checks=cannot_say)


def payable(cart: dict[str, Any]) -> dict[str, Any]:
    """Return a drawn cart with what no schema can say: a country that there is, the currency's digits, 1 for 1.0."""
    cart["shipping"]["country"] = "JO"
    for line in cart["items"]:
        line |= {"price": in_cents(line["price"]), "quantity": int(line["quantity"])}
    cart["totals"].update(
        {name: in_cents(cart["totals"][name]) for name in ("subtotal", "tax", "shipping", "total")}
    )
    return cart


def in_cents(amount: float) -> float:
    return float(money.quantize(Decimal(amount), "USD"))


@pytest.mark.parametrize("path", ["/v1/carts/submit", "/v1/carts/check"])
def test_a_cart_that_fits_the_description_is_decided(path, headers):
    @EXAMPLES
    @given(case=API[path]["POST"].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def decided(case: Case) -> None:
        case.body = payable(case.body)
        answer = case.call(headers=headers)
        # 409: the same partner_order_id was drawn before, with another cart.
        assert answer.status_code in (200, 204, 409), answer.text

    decided()
