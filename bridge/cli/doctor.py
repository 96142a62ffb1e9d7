"""`python -m bridge doctor`: is everything there that the bridge needs, one line each."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bridge import migrations
from bridge.cli import Command
from bridge.cli.context import Context, Failure
from bridge.domain.shop_access import ShopAccess
from bridge.services import check_database, check_queue, check_shop
from bridge.services.checkup import Check, Finding, State, check_up, failed, ok, warned
from config import settings
from config.settings import EVERYTHING, SettingsError

if TYPE_CHECKING:
    from bridge.shopify.circuit import CircuitState

_PING_SECONDS = 3.0
_WIDTH = 14


@click.command("doctor", cls=Command, needs=())
@click.pass_obj
def group(bridge: Context) -> None:
    """Check database, Redis, Shopify, webhooks, queue and clocks; nothing is written. Exit 1 if anything fails."""
    found: list[Finding] = []
    for finding in check_up(_Doctor(bridge).checks()):
        found.append(finding)
        if not bridge.json:  # As it is found: some of it takes seconds.
            click.echo(f"{finding.state:12} {finding.name:{_WIDTH}} {finding.said}")
    wrong = [finding.name for finding in found if finding.state in (State.FAILED, State.NOT_CHECKED)]
    if bridge.json:
        bridge.answer({"ok": not wrong, "checks": [asdict(finding) for finding in found]}, text="")
    if wrong:
        raise Failure(f"{len(wrong)} of {len(found)} checks failed", wrong, code="unwell")


class _Doctor:
    """One checkup: what is looked at, in the order in which one thing needs the other."""

    def __init__(self, bridge: Context) -> None:
        self._bridge = bridge
        self._settings = bridge.settings
        self._access: ShopAccess | None = None
        # Between this machine's clock and Shopify's, at the moment of its answer.
        self._ahead: timedelta | None = None

    def checks(self) -> Sequence[Check]:
        """Return every check."""
        bridge, given = self._bridge, self._settings
        in_db, in_shop = ("database", "migrations"), ("shopify",)
        return [
            Check("settings", self._look_at_settings),
            Check("database", self._look_at_database),
            Check(
                "migrations",
                lambda: check_database.check_schema(bridge.db, newest=migrations.newest()),
                ("database",),
            ),
            Check("postgresql", lambda: check_database.check_durability(bridge.db), ("database",)),
            Check("locks", lambda: check_database.check_locks(bridge.db), ("database",)),
            Check("redis", self._look_at_redis),
            Check("breaker", self._look_at_breaker, ("redis",)),
            Check("workers", lambda: check_queue.check_workers(bridge.ping(_PING_SECONDS)), ("redis",)),
            Check("beat", lambda: check_queue.check_beat(bridge.db), in_db),
            Check(
                "backlog",
                lambda: check_queue.check_backlog(
                    bridge.db, stale_after_seconds=given.stock_stale_after_seconds
                ),
                in_db,
            ),
            Check("shopify", self._look_at_shopify),
            Check("scopes", lambda: check_shop.check_scopes(self._known_access()), in_shop),
            Check(
                "api version",
                lambda: check_shop.check_version(self._known_access(), pinned=given.shopify_api_version),
                in_shop,
            ),
            Check(
                "location",
                lambda: check_shop.check_location(bridge.shop, configured=given.shopify_location_id),
                in_shop,
            ),
            Check(
                "webhooks",
                lambda: check_shop.check_subscriptions(bridge.shop, public_url=given.bridge_public_url),
                in_shop,
            ),
            Check("clock", self._look_at_clocks, ("database",)),
            Check(
                "currencies",
                lambda: check_shop.check_currencies(bridge.shop, bridge.db),
                (*in_db, *in_shop),
            ),
        ]

    def _look_at_settings(self) -> Sequence[Finding]:
        try:
            settings.load(*EVERYTHING)
        except SettingsError as error:
            return failed("settings", "; ".join(error.problems))
        return ok("settings", "complete")

    def _look_at_database(self) -> Sequence[Finding]:
        if not self._settings.database_url:
            return failed("database", "DATABASE_URL: missing")
        return check_database.check_connection(self._bridge.db)

    def _look_at_redis(self) -> Sequence[Finding]:
        if not self._settings.redis_url:
            return failed("redis", "REDIS_URL: missing")
        return _check_redis(self._settings.redis_url)

    def _look_at_breaker(self) -> Sequence[Finding]:
        from bridge.shopify.lookout import Lookout  # Most commands do without Redis.

        return check_breaker(
            Lookout(self._settings.redis_url, self._settings.shopify_shop).state(), now=datetime.now(UTC)
        )

    def _look_at_shopify(self) -> Sequence[Finding]:
        try:
            given = settings.load(settings.SHOPIFY, settings.REDIS)
        except SettingsError as error:
            return failed("shopify", "; ".join(error.problems))
        findings, access = check_shop.check_access(self._bridge.shop, expected=given.shopify_shop)
        self._access = access
        self._ahead = None if access.date is None else access.date - datetime.now(UTC)
        return findings

    def _known_access(self) -> ShopAccess:
        assert self._access is not None, "these checks need the one that asks"
        return self._access

    def _look_at_clocks(self) -> Sequence[Finding]:
        here = datetime.now(UTC)
        shop = None if self._ahead is None else here + self._ahead
        return check_queue.check_clocks(self._bridge.db, here=here, shop=shop)


def _check_redis(url: str) -> Sequence[Finding]:
    """Look whether Redis answers, takes writes, and does not throw anything away when it is full."""
    import redis  # Most commands do without it.

    with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
        try:
            client.set("bridge:doctor", "well", px=1000)
            told = client.info("server").get("redis_version", "")
        except redis.RedisError as error:
            return failed("redis", f"{type(error).__name__}: {error}")
        try:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
        except redis.RedisError:  # A host that does not let one ask.
            return ok("redis", f"{told} answers and takes writes")
    if policy != "noeviction":
        return warned(
            "redis", f"maxmemory-policy is {policy}: rings and rate budgets get lost; set noeviction"
        )
    return ok("redis", f"{told} answers and takes writes")


def check_breaker(state: "CircuitState | None", *, now: datetime) -> Sequence[Finding]:
    """Say since when Shopify is left alone, and until when (ADR 0011); whether it is back, the check of it says."""
    if state is None:
        return warned("breaker", "Redis did not say whether Shopify is left alone")
    if state.open_for_seconds is None:
        return ok("breaker", "Shopify is called")
    since = now - timedelta(seconds=state.open_for_seconds)
    again = now + timedelta(seconds=state.held_seconds)
    until = f"until {again:%H:%M:%S}" if state.held_seconds else "but for one call at a time"
    return warned(
        "breaker",
        f"Shopify failed {state.failures} times in a row and is left alone since {since:%Y-%m-%d %H:%M:%S} UTC,"
        f" {until}; orders wait",
    )
