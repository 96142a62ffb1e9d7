"""One soak: start everything, let plan and nemesis loose, have it become quiet, and judge."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bridge.db import Database
from bridge.domain.catalog_rows import CatalogRow
from bridge.services.import_catalog import import_catalog
from bridge.shopify import open_shop
from config import settings
from tests.soak import goods, plan, promises, shop_promises
from tests.soak.evidence import Evidence, gather
from tests.soak.fleet import Fleet
from tests.soak.history import History
from tests.soak.nemesis import Nemesis
from tests.soak.partners import Partners
from tests.soak.quiet import become_quiet
from tests.soak.staff import Staff
from tests.support import partner_api, processes
from tests.support.partner_api import PartnerAccount
from tests.support.servers import sqlalchemy_url

Check = Callable[[Evidence], Iterator[str]]
_CLIENTS, _PEOPLE = 6, 2
_TICK_SECONDS = 0.05
_SAY_SECONDS = 10
_SHOWN = 20

INVARIANTS: Mapping[str, Check] = {
    "I1 every 200 is an order": promises.every_200_is_an_order,
    "I2 every order is in the shop once": shop_promises.every_order_is_in_the_shop_once,
    "I3 everything of ours in the shop is an order": shop_promises.everything_of_ours_in_the_shop_is_an_order,
    "I4 a key has one answer": promises.a_key_has_one_answer,
    "I5 a number has one order": promises.a_number_has_one_order,
    "I6 statuses come by allowed moves": promises.a_status_comes_by_allowed_moves,
    "I7 every webhook was applied": shop_promises.every_webhook_was_applied,
    "I7 a status is what the shop says": shop_promises.a_status_is_what_the_shop_says,
    "I9 nothing secret is in a log": promises.nothing_secret_is_in_a_log,
    "I10 the money is what the partner said": shop_promises.the_money_is_what_the_partner_said,
    "I11 no 5xx but 503": promises.no_answer_is_an_unexpected_error,
    "I12 nobody sees what is not theirs": promises.nobody_sees_what_is_not_theirs,
    "nothing is sold that is not there": shop_promises.nothing_is_sold_that_is_not_there,
    "the stock is what the shop says": shop_promises.the_stock_is_what_the_shop_says,
    "nothing is left to do": shop_promises.nothing_is_left_to_do,
}
# What the history alone shows, while it happens.
_AT_ONCE: Sequence[Check] = (promises.a_key_has_one_answer, promises.no_answer_is_an_unexpected_error)


@dataclass
class Verdict:
    """`violations` by invariant; `fired` counts what went wrong on purpose. A good run has none and enough."""

    seed: int
    orders: int
    fired: Counter[str]
    violations: Mapping[str, Sequence[str]]
    waiting_for_staff: Sequence[str]
    undone: int
    least_faults: int = 0
    least_orders: int = 0

    def complaints(self, *, at_most: int = 5) -> list[str]:
        """Return why this run proves nothing good, so many of each kind; none when all is well."""
        found = [f"{name}: {each}" for name, all_ in self.violations.items() for each in all_[:at_most]]
        if self.fired.total() < self.least_faults:
            found.append(f"only {self.fired.total()} faults fired; {self.least_faults} are needed")
        if self.orders < self.least_orders:
            found.append(f"only {self.orders} orders were made; {self.least_orders} are needed")
        return found


@dataclass
class Soak:
    """A run with its parameters.

    :ivar hurry: at the end the rows' times are moved instead of waited for
    :ivar say: takes one line for the person who watches
    """

    seed: int
    seconds: float
    folder: Path
    least_faults: int
    least_orders: int
    per_second: float = 5.8
    hurry: bool = False
    say: Callable[[str], None] = lambda _line: None
    _early: set[str] = field(default_factory=set)

    def run(self) -> Verdict:
        """Do all of it; nothing runs afterwards, history and logs are in the folder."""
        catalog = self.folder / "shop.csv"
        catalog.write_text(goods.catalog_csv())
        history = History(self.folder / "history.jsonl")
        fleet = Fleet(self.folder, catalog=catalog)
        try:
            self.say("starting PostgreSQL, Valkey, the shop, web, two workers and beat")
            fleet.start_servers()
            db = Database(sqlalchemy_url(fleet.env["DATABASE_URL"]), pool_size=_PEOPLE + 1)
            accounts = _partners_with_catalog(db, fleet)
            fleet.start_bridge()
            return self._with(fleet, db, accounts, history)
        finally:
            fleet.stop()
            history.close()

    def _with(
        self, fleet: Fleet, db: Database, accounts: Mapping[str, PartnerAccount], history: History
    ) -> Verdict:
        partners = Partners(fleet.env["BRIDGE_PUBLIC_URL"], accounts, seed=self.seed, history=history)
        nemesis = Nemesis(fleet, history)
        stock = _stock_of(fleet.shop)
        people = [
            Staff(db, fleet.shop, order_id_of=partners.order_id, stock=stock, history=history)
            for _ in range(_PEOPLE)
        ]
        undone = self._let_loose(partners, people, nemesis, history)
        self.say(f"faults end; waiting until all is quiet (at {history.now():.0f} s)")
        nemesis.rest()
        db.dispose()
        become_quiet(db, fleet, hurry=self.hurry, say=self.say)
        told = {name: partners.everything(name) for name in accounts}
        shop = fleet.shop.state()
        everything = gather(
            db,
            lines=history.read("asked", "staff"),
            shop=shop,
            told=told,
            logs=sorted(fleet.logs.glob("*.log")),
            secrets=_secrets(fleet, accounts),
        )
        db.dispose()
        return Verdict(
            seed=self.seed,
            orders=len(everything.orders),
            fired=nemesis.tally(shop["struck"]),
            violations={name: list(check(everything)) for name, check in INVARIANTS.items()},
            waiting_for_staff=[
                f"{w.job} {w.ids}: {w.last_error}" for w in everything.work if w.given_up_at is not None
            ],
            undone=undone,
            least_faults=self.least_faults,
            least_orders=self.least_orders,
        )

    # ------------------------------------------------------------ while it runs

    def _let_loose(
        self, partners: Partners, people: Sequence[Staff], nemesis: Nemesis, history: History
    ) -> int:
        """Do the plan; returns how many of its steps there was no time for."""
        over = threading.Event()
        for_partners, for_staff = _Steps(over), _Steps(over)
        doers = [(partners, for_partners)] * _CLIENTS + [(person, for_staff) for person in people]
        threads = [threading.Thread(target=steps.work_off, args=(doer.do,)) for doer, steps in doers]
        for thread in threads:
            thread.start()
        steps = list(plan.steps(self.seed, seconds=self.seconds, per_second=self.per_second))
        strikes = list(plan.strikes(self.seed, seconds=self.seconds))
        began, said = time.monotonic(), 0.0
        while (now := time.monotonic() - began) < self.seconds:
            while steps and steps[0].at <= now:
                step = steps.pop(0)
                (for_partners if step.verb in partners.verbs else for_staff).put(step)
            while strikes and strikes[0].at <= now:
                nemesis.strike(strikes.pop(0))
            nemesis.tick()
            if now - said >= _SAY_SECONDS:
                said = now
                self._progress(now, partners, nemesis, history)
            time.sleep(_TICK_SECONDS)
        over.set()
        while any(thread.is_alive() for thread in threads):
            nemesis.tick()
            time.sleep(_TICK_SECONDS)
        return len(steps) + for_partners.qsize() + for_staff.qsize()

    def _progress(self, now: float, partners: Partners, nemesis: Nemesis, history: History) -> None:
        self.say(
            f"{now:4.0f} s of {self.seconds:.0f}: {partners.count} orders, {nemesis.fired.total()} faults to processes"
            " and connections"
        )
        so_far = Evidence(asked=list(history.read("asked")))
        for check in _AT_ONCE:
            for sentence in check(so_far):
                if sentence not in self._early and len(self._early) < _SHOWN:
                    self._early.add(sentence)
                    self.say(f"VIOLATION: {sentence}")


class _Steps(queue.Queue):
    """Steps of the plan that are due, for several threads; what is left when all is over is not done.

    No `SimpleQueue`: a `get` of its that loses an item to another thread just before its timeout may wait
    for ever (seen with CPython 3.11).
    """

    def __init__(self, over: threading.Event) -> None:
        super().__init__()
        self._over = over

    def work_off(self, do: Callable[[plan.Step], None]) -> None:
        """Do one after the other until all is over."""
        while not self._over.is_set():
            try:
                step = self.get(timeout=0.1)
            except queue.Empty:
                continue
            do(step)


def _partners_with_catalog(db: Database, fleet: Fleet) -> dict[str, PartnerAccount]:
    """Make the partners, one of whom has every order confirmed by itself, and map the catalog for both."""
    shop = open_shop(settings.load(settings.REDIS, settings.SHOPIFY, source=fleet.env))
    accounts = {
        name: partner_api.make_partner(
            db, name=name, pepper=fleet.env["API_KEY_PEPPER"], auto_confirm=name == goods.PARTNERS[-1]
        )
        for name in goods.PARTNERS
    }
    for account in accounts.values():
        rows = [CatalogRow(n, sku, variant) for n, (sku, variant) in enumerate(goods.VARIANTS.items())]
        done = import_catalog(
            db, shop, partner_id=account.id, rows=rows, configured_location=None, replace=False, strict=True
        )
        assert done.added == len(rows), done.problems
    return accounts


def _stock_of(shop: processes.Simulator) -> dict[str, tuple[str, str]]:
    return {
        level["sku"]: (
            f"gid://shopify/InventoryItem/{level['inventory_item_id']}",
            f"gid://shopify/Location/{level['location_id']}",
        )
        for level in shop.state()["inventory_levels"]
    }


def _secrets(fleet: Fleet, accounts: Mapping[str, PartnerAccount]) -> list[str]:
    keys = [account.key for account in accounts.values()]
    parts = [key.rpartition("_")[2] for key in keys]
    env = [fleet.env[name] for name in ("API_KEY_PEPPER", "SECRET_KEY", "SHOPIFY_ACCESS_TOKEN")]
    return [*keys, *parts, *env, processes.WEBHOOK_SECRET, *goods.CANARIES]
