"""Staff who act while the bridge is between two of its calls to the shop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from bridge.domain.shop import Shop
from tests.webhooks.stage import Stage


class _Overtaken:
    """The shop, before whose first call of that name staff act."""

    def __init__(self, shop: Shop, call: str, act: Callable[[], str], done: list[str]) -> None:
        self._shop = shop
        self._call = call
        self._act = act
        self._done = done

    def __getattr__(self, name: str) -> Any:
        if name == self._call and not self._done:
            self._done.append(self._act())
        return getattr(self._shop, name)


@contextmanager
def overtaken(stage: Stage, call: str, act: Callable[[], str]) -> Iterator[list[str]]:
    """Have staff act once, right before the bridge's next call of this name; what they did is in the list then."""
    shop, done = stage.shop, list[str]()
    stage.shop = cast(Shop, _Overtaken(shop, call, act, done))
    yield done
    stage.shop = shop
    assert done, f"{call} was never called"
