"""The partners of a soak: they submit, repeat themselves, alter carts and look, and note every answer."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.soak import goods
from tests.soak.history import History
from tests.soak.plan import Step
from tests.support.partner_api import LiveAnswer, LiveApi, PartnerAccount

# As the guide tells partners: with the same key, some times, waiting longer each time.
_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Asked:
    """One request, as it goes into the history."""

    verb: str
    partner: str
    number: str
    key: str | None
    altered: bool = False


class Partners:
    """Every client of the API. Safe to use from several threads."""

    def __init__(
        self, url: str, accounts: Mapping[str, PartnerAccount], *, seed: int, history: History
    ) -> None:
        self._api = LiveApi(url, Path(), "")
        self._accounts = accounts
        self._seed = seed
        self._history = history
        self._ids: dict[int, str] = {}
        self._acts: Mapping[str, Callable[[Step], None]] = {
            "submit": self._submit,
            "replay": self._submit,
            "another_key": self._submit_under_another_key,
            "altered": self._submit_altered,
            "altered_under_key": self._submit_altered_under_the_same_key,
            "look": self._look,
            "list": self._list,
        }
        self.verbs = frozenset(self._acts)

    def do(self, step: Step) -> None:
        """Do one step of the plan."""
        self._acts[step.verb](step)

    def order_id(self, number: int) -> str | None:
        """Return the order that a cart was answered with, None while there is none."""
        return self._ids.get(number)

    @property
    def count(self) -> int:
        """Return how many carts were answered with an order so far."""
        return len(self._ids)

    # ------------------------------------------------------------ submits

    def _submit(self, step: Step) -> None:
        answer = self._send(step, goods.key_of(self._seed, step.number))
        if answer is not None and answer.status == 200:
            self._ids[step.number] = answer.json["supplier_order_id"]

    def _submit_under_another_key(self, step: Step) -> None:
        self._send(step, goods.key_of(self._seed, step.number, 1 + int(step.chance * 1e9)))

    def _submit_altered(self, step: Step) -> None:
        self._send(step, goods.key_of(self._seed, step.number, 1 + int(step.chance * 1e9)), altered=True)

    def _submit_altered_under_the_same_key(self, step: Step) -> None:
        self._send(step, goods.key_of(self._seed, step.number), altered=True)

    def _send(self, step: Step, key: str, *, altered: bool = False) -> LiveAnswer | None:
        partner = goods.partner_of(step.number)
        asked = Asked(step.verb, partner, goods.order_number(self._seed, step.number), key, altered)
        body = json.dumps(goods.cart_of(self._seed, step.number, altered=altered)).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        pause = _FIRST_PAUSE_SECONDS
        for _ in range(_TRIES):
            answer = self._ask(asked, "POST", "/v1/carts/submit", partner, body, headers)
            if answer is not None and answer.status not in (429, 503):
                return answer
            time.sleep(pause)
            pause *= 2
        return None

    # ------------------------------------------------------------ reads

    def _look(self, step: Step) -> None:
        """Read an order by its id and by its number, as its owner and as the other partner."""
        owner = goods.partner_of(step.number)
        number = goods.order_number(self._seed, step.number)
        names = [number] + ([self._ids[step.number]] if step.number in self._ids else [])
        for partner in goods.PARTNERS:
            for name in names:
                verb = "look" if partner == owner else "look_at_another"
                self._ask(Asked(verb, partner, name, None), "GET", f"/v1/orders/{name}", partner)

    def _list(self, step: Step) -> None:
        partner = goods.partner_of(step.number)
        offset = int(step.chance * 200)
        path = f"/v1/admin/orders?limit=20&offset={offset}"
        self._ask(Asked("list", partner, "", None), "GET", path, partner)

    def everything(self, partner: str) -> dict[str, Any]:
        """Return what a partner is told in the end of each of its orders, by id; walks over every page."""
        told: dict[str, Any] = {}
        while True:
            path = f"/v1/admin/orders?limit=100&offset={len(told)}"
            page = self._api.get(path, self._accounts[partner]).json["orders"]
            told |= {order["id"]: order for order in page}
            if len(page) < 100:
                return told

    def _ask(
        self,
        asked: Asked,
        method: str,
        path: str,
        partner: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> LiveAnswer | None:
        began = self._history.now()
        try:
            answer = self._api.call(method, path, self._accounts[partner], body, headers)
        except (OSError, HTTPException) as error:
            self._note(asked, began, error=f"{type(error).__name__}: {error}")
            return None
        self._note(
            asked,
            began,
            status=answer.status,
            body=answer.body.decode(errors="replace"),
            replayed=answer.headers.get("Idempotent-Replayed"),
            retry_after=answer.headers.get("Retry-After"),
        )
        return answer

    def _note(self, asked: Asked, began: float, **outcome: Any) -> None:
        self._history.write(
            "asked",
            began=round(began, 3),
            verb=asked.verb,
            partner=asked.partner,
            number=asked.number,
            key=asked.key,
            altered=asked.altered,
            **outcome,
        )
