"""The whole stack of one machine: which processes, in which order, with which settings."""

import csv
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local import programs
from local.bridge_command import BridgeCommandError, bridge
from local.environment import bridge_settings, handed_on
from local.folder import DataFolder
from local.ports import free_port
from local.postgres import Postgres
from local.shop import AdminAPI, access_token
from local.supervisor import Service, Supervisor
from local.valkey import Valkey

PARTNER = "demo"
_CURRENCY = "USD"
# Their turn when all are stopped. What takes work first, what it is kept in last.
_TAKES_WORK, _SERVES, _KEEPS = 1, 2, 3
_WORKERS_STOP_SECONDS = 8


@dataclass(frozen=True)
class Announcement:
    """Where everything is, once it answers."""

    api_url: str
    flower_url: str
    simulator_url: str
    database_url: str
    redis_url: str
    shopify_token: str
    partner_name: str
    api_key: str
    env: dict[str, str]

    def as_json(self) -> dict:
        """Return the object that `up --json` prints."""
        return {
            "api_url": self.api_url,
            "docs_url": f"{self.api_url}/docs",
            "console_url": f"{self.api_url}/console/",
            "console_password": None,
            "flower_url": self.flower_url,
            "simulator_url": self.simulator_url,
            "database_url": self.database_url,
            "redis_url": self.redis_url,
            "shopify_token": self.shopify_token,
            "partner": {"name": self.partner_name, "api_key": self.api_key},
            "env": self.env,
        }


class Stack:
    """PostgreSQL, Valkey, a shop, web, worker, beat and Flower over one data folder.

    `DATABASE_URL`, `REDIS_URL` and `SHOPIFY_ADMIN_URL` in the environment replace the part they
    name. Other settings of the bridge are handed on, but what is said of Shopify only together
    with `SHOPIFY_ADMIN_URL`: the token of a real shop must not reach a simulator.
    """

    def __init__(self, folder: DataFolder, tell: Callable[[str], None]) -> None:
        """Describe the stack; nothing runs before `start`.

        :param tell: takes one sentence for the person who watches
        """
        self.folder = folder
        self.supervisor = Supervisor(tell)
        self.logs: dict[str, Path] = {}
        self._tell = tell
        self._given = {**handed_on(), "TMPDIR": str(folder.temporary())}
        self._postgres = Postgres(folder.path / "postgres", log=self._log("postgres"))
        self._valkey = Valkey(folder.path / "valkey", log=self._log("valkey"), durable=True)

    def start(self) -> Announcement:
        """Start everything; returns when all of it answers and the catalog is sellable.

        What was started before a failure is running still: call `stop` in any case.

        :raises ProcessError: a process did not start
        :raises BridgeCommandError: migrating, the partner or the catalog failed
        :raises ShopError: the shop does not tell its variants
        :raises Stopping: somebody asked us to stop
        """
        self._forget_half_a_shop()
        simulator_url = self._start_simulator()
        database_url = self._start_postgres()
        redis_url = self._start_valkey()
        api_url = f"http://127.0.0.1:{self._port('web')}"
        settings = bridge_settings(
            database_url=database_url,
            redis_url=redis_url,
            shopify_url=simulator_url,
            public_url=api_url,
            webhook_secret=self.folder.secret("webhook secret"),
            pepper=self.folder.secret("pepper"),
            secret_key=self.folder.secret("secret key"),
            given=self._given,
        )
        env = {**self._given, **settings}
        self._tell("migrating")
        bridge(env, "db", "upgrade")
        started = self._start_processes(env, api_url)
        self.supervisor.wait_until_ready(*self._services("simulator"))
        token = self._token(settings)
        shop = AdminAPI(simulator_url, token=token, version=settings["SHOPIFY_API_VERSION"])
        api_key = self._partner(env, shop)
        self.supervisor.wait_until_ready(*started)
        self._subscribe(env)
        return Announcement(
            api_url=api_url,
            flower_url=f"http://127.0.0.1:{self.folder.port('flower')}",
            simulator_url=simulator_url,
            database_url=database_url,
            redis_url=redis_url,
            shopify_token=token,
            partner_name=PARTNER,
            api_key=api_key,
            env=settings,
        )

    def stop(self) -> None:
        """Stop every process that was started, in order."""
        self.supervisor.stop()
        self._valkey.stop()  # Not adopted yet, if we were interrupted while it started.
        self._postgres.stop()

    def destroy(self, *, keep_logs: bool) -> None:
        """Stop everything and remove all of its state, wherever it lies."""
        self.stop()
        self._postgres.destroy()
        self.folder.empty()
        if not keep_logs:
            shutil.rmtree(self.folder.path, ignore_errors=True)

    # ------------------------------------------------------------ the parts that keep something

    def _forget_half_a_shop(self) -> None:
        """Begin anew when only one of database and shop is there: the other one refers to it."""
        if "DATABASE_URL" in self._given or "SHOPIFY_ADMIN_URL" in self._given:
            return
        simulator = self.folder.path / "simulator"
        has_shop = simulator.exists() and any(simulator.iterdir())
        if self._postgres.exists() != has_shop:
            self._tell(f"half of the state in {self.folder.path} is missing: beginning anew")
            self._postgres.destroy()
            self.folder.empty()

    def _start_postgres(self) -> str:
        if url := self._given.get("DATABASE_URL"):
            return url
        self._tell("starting PostgreSQL")
        self._postgres.start(port=self.folder.port("postgres"))
        self.folder.remember("port of postgres", str(self._postgres.port))
        self.supervisor.adopt(
            Service(
                self._postgres.process,
                self._postgres.answers,
                stage=_KEEPS,
                before_restart=self._postgres.evict,
            )
        )
        return self._postgres.url

    def _start_valkey(self) -> str:
        if url := self._given.get("REDIS_URL"):
            return url
        self._tell("starting Valkey")
        self._valkey.start(port=self.folder.port("valkey"))
        self.folder.remember("port of valkey", str(self._valkey.port))
        self.supervisor.adopt(Service(self._valkey.process, self._valkey.answers, stage=_SERVES))
        return self._valkey.url

    def _start_simulator(self) -> str:
        if url := self._given.get("SHOPIFY_ADMIN_URL"):
            return url.rstrip("/")
        self._tell("starting the Shopify simulator")
        port = self._port("simulator")
        url = f"http://127.0.0.1:{port}"
        process = programs.simulator(
            self._given,
            port=port,
            secret=self.folder.secret("webhook secret"),
            data=self.folder.path / "simulator",
            log=self._log("simulator"),
        )
        service = Service(process, programs.answers_at(f"{url}/__state"), stage=_SERVES)
        self.supervisor.start(service)
        return url

    # ------------------------------------------------------------ the bridge

    def _start_processes(self, env: Mapping[str, str], api_url: str) -> list[Service]:
        self._tell("starting web, worker, beat and Flower")
        flower_port = self._port("flower")
        (self.folder.path / "beat").mkdir(exist_ok=True)
        schedule = self.folder.path / "beat" / "schedule"
        web = programs.web(env, port=int(api_url.rsplit(":", 1)[1]), log=self._log("web"))
        worker = programs.worker(env, log=self._log("worker"))
        beat = programs.beat(env, log=self._log("beat"), schedule=schedule)
        flower = programs.flower(env, port=flower_port, log=self._log("flower"))
        database = [service.name for service in self._services("postgres")]
        broker = [service.name for service in self._services("valkey")]
        common = {"stage": _TAKES_WORK, "stop_seconds": _WORKERS_STOP_SECONDS}
        services = [
            Service(web, programs.answers_at(f"{api_url}/readyz"), needs=database, **common),
            Service(worker, programs.says(worker, " ready."), needs=database + broker, **common),
            Service(beat, beat.is_running, needs=broker, **common),
            Service(
                flower,
                programs.answers_at(f"http://127.0.0.1:{flower_port}/api/workers"),
                needs=broker,
                **common,
            ),
        ]
        for service in services:
            self.supervisor.start(service)
        return services

    def _partner(self, env: Mapping[str, str], shop: AdminAPI) -> str:
        """Return a fresh key of the partner, which is made with the whole catalog at first."""
        has_catalog = self.folder.recall("catalog of") == PARTNER
        fresh_key = ("key", "create", PARTNER, "--label", "local up")
        try:
            if has_catalog:
                return bridge(env, *fresh_key)["api_key"]
            self._tell(f"making the partner {PARTNER}")
            api_key = bridge(env, "partner", "create", PARTNER, "--currency", _CURRENCY)["api_key"]
        except BridgeCommandError:  # A database from outside may know it, or know it no more.
            other = ("partner", "create", PARTNER, "--currency", _CURRENCY) if has_catalog else fresh_key
            api_key = bridge(env, *other)["api_key"]
        self._import_catalog(env, shop)
        self.folder.remember("catalog of", PARTNER)
        return api_key

    def _import_catalog(self, env: Mapping[str, str], shop: AdminAPI) -> None:
        self._tell("mapping the shop's catalog")
        file = self.folder.path / "catalog.csv"
        with file.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(["sku", "shopify_variant_id"])
            writer.writerows(shop.variants())
        bridge(env, "catalog", "import", PARTNER, str(file))

    def _subscribe(self, env: Mapping[str, str]) -> None:
        try:
            bridge(env, "webhooks", "subscribe")
        except BridgeCommandError as error:
            if "SHOPIFY_ADMIN_URL" not in self._given:
                raise
            # A shop elsewhere cannot reach this machine, unless BRIDGE_PUBLIC_URL is a tunnel to it.
            self._tell(f"no webhooks: {error}")

    # ------------------------------------------------------------ small things

    def _token(self, settings: Mapping[str, str]) -> str:
        """Return a token that opens the shop's Admin API."""
        if token := settings.get("SHOPIFY_ACCESS_TOKEN"):
            return token
        return access_token(
            settings["SHOPIFY_ADMIN_URL"],
            client_id=settings.get("SHOPIFY_CLIENT_ID", ""),
            client_secret=settings["SHOPIFY_CLIENT_SECRET"],
        )

    def _services(self, *names: str) -> list[Service]:
        """Return those of these services that are ours to keep alive."""
        return [service for service in self.supervisor.services if service.name in names]

    def _log(self, name: str) -> Path:
        self.logs[name] = self.folder.log(name)
        return self.logs[name]

    def _port(self, name: str) -> int:
        """Return a port for a part, that of the last run when it is free."""
        port = free_port(self.folder.port(name))
        self.folder.remember(f"port of {name}", str(port))
        return port
