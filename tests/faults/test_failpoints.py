"""The places at which tests break the product: each is there, each is documented, none works beside a real shop."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge import failpoints
from config.settings import SettingsError, load

ROOT = Path(__file__).parent.parent.parent
SIMULATOR = "http://127.0.0.1:8080"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def test_every_place_is_hit_in_one_line_of_the_code_and_no_other_is():
    sources = [*(ROOT / "bridge").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]
    hit = Counter(
        name for path in sources for name in re.findall(r"failpoints\.hit\(\"([^\"]*)\"\)", path.read_text())
    )

    assert hit == Counter(failpoints.NAMES)


def test_every_place_stands_in_the_fault_matrix():
    matrix = (ROOT / "docs" / "reliability.md").read_text()

    assert [name for name in failpoints.NAMES if f"`{name}`" not in matrix] == []


def test_every_test_that_the_fault_matrix_names_is_there():
    matrix = (ROOT / "docs" / "reliability.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", matrix)

    assert named
    for path, name in named:
        assert f"def {name}" in (ROOT / path).read_text() if name else (ROOT / path).exists(), (path, name)


def test_a_place_that_is_not_armed_does_nothing():
    failpoints.arm("push.sent:raise")

    failpoints.hit("push.claimed")


def test_a_place_breaks_as_often_as_it_was_armed_for():
    failpoints.arm("push.sent:raise:2")

    for _ in range(2):
        with pytest.raises(failpoints.FailpointError, match=r"push\.sent"):
            failpoints.hit("push.sent")
    failpoints.hit("push.sent")


@pytest.mark.parametrize(
    "url", [SIMULATOR, "http://localhost:1", "http://[::1]:1"], ids=["IPv4", "name", "IPv6"]
)
def test_it_may_be_armed_beside_a_simulator_on_this_machine(url):
    settings = load(source={"SHOPIFY_ADMIN_URL": url, "BRIDGE_FAILPOINT": "push.sent:crash"})

    assert settings.failpoint == "push.sent:crash"


@pytest.mark.parametrize(
    "shop",
    [
        {"SHOPIFY_SHOP": "jafarshop.myshopify.com"},
        {"SHOPIFY_ADMIN_URL": "https://jafarshop.myshopify.com"},
        {"SHOPIFY_ADMIN_URL": "https://127.0.0.1.example.com"},
        {"SHOPIFY_ADMIN_URL": "https://127.0.0.1@example.com"},
        {"SHOPIFY_ADMIN_URL": "http://10.0.0.1"},
        {},
    ],
    ids=str,
)
def test_it_cannot_be_armed_beside_a_real_shop(shop):
    with pytest.raises(SettingsError, match="BRIDGE_FAILPOINT"):
        load(source={**shop, "BRIDGE_FAILPOINT": "push.sent:crash"})


@pytest.mark.parametrize(
    "setting", ["push.sent", "push.sent:explode", "nowhere:crash", "push.sent:crash:0", "push.sent:crash:x"]
)
def test_a_slip_of_the_pen_stops_the_start(setting):
    with pytest.raises(SettingsError, match="BRIDGE_FAILPOINT"):
        load(source={"SHOPIFY_ADMIN_URL": SIMULATOR, "BRIDGE_FAILPOINT": setting})
