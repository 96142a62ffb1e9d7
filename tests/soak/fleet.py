"""Every process of a small installation: started, started again whenever one has ended, and stopped."""

import signal
import time
from pathlib import Path

import psutil

from bridge import migrations
from local import programs
from local.environment import base_environment
from local.ports import free_port
from local.postgres import NOT_DURABLE, Postgres
from local.process import Process
from local.valkey import Valkey
from tests.support import processes
from tests.support.servers import sqlalchemy_url
from tests.support.waiting import await_until

WORKERS = ("worker-1", "worker-2")
BRIDGE = ("web", *WORKERS, "beat")
_START_SECONDS = 120
_START_AGAIN_SECONDS = 0.3

# As `local` has them, and shorter: what a dead worker held is taken over within the run.
_SETTINGS = {
    "SHOPIFY_TIMEOUT_SECONDS": "3",
    "LEASE_SECONDS": "17",
    "UNKNOWN_GRACE_SECONDS": "8",
    "DISPATCH_SECONDS": "1",
    "INVENTORY_SYNC_SECONDS": "20",
    "RECONCILE_SECONDS": "60",
    "WORKER_CONCURRENCY": "2",
}


class Fleet:
    """PostgreSQL, Valkey, the shop, web, two workers and beat.

    The kernel ends a process together with the thread that started it: use a fleet from one thread.
    """

    def __init__(self, folder: Path, *, catalog: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self._catalog = catalog
        self.postgres = Postgres(
            folder / "postgres",
            log=self.logs / "postgres.log",
            settings=NOT_DURABLE,  # What is committed survives the server's death; nobody pulls the plug.
        )
        self.valkey = Valkey(folder / "valkey", log=self.logs / "valkey.log", durable=False)
        self.members: dict[str, Process] = {}
        self.env: dict[str, str] = {}
        self._not_before: dict[str, float] = {}

    @property
    def shop(self) -> processes.Simulator:
        """The shop, for staff."""
        return processes.Simulator(self.env["SHOPIFY_ADMIN_URL"], self.members["shop"])

    # ------------------------------------------------------------ begin and end

    def start_servers(self) -> None:
        """Start what keeps something, and the shop; then the database is migrated and `env` is known."""
        self.postgres.start()
        self.valkey.start()
        migrations.upgrade(sqlalchemy_url(self.postgres.url))
        port = free_port()
        self.env = processes.environment(
            database_url=self.postgres.url,
            redis_url=self.valkey.url,
            shopify_url=f"http://127.0.0.1:{port}",
            **_SETTINGS,
        )
        shop = programs.simulator(
            base_environment(),
            port=port,
            secret=processes.WEBHOOK_SECRET,
            log=self.logs / "shop.log",
            webhooks_to=f"{self.env['BRIDGE_PUBLIC_URL']}/webhooks/shopify",
            catalog=self._catalog,
        )
        shop.start()
        assert self.postgres.process is not None
        assert self.valkey.process is not None
        self.members |= {"postgres": self.postgres.process, "valkey": self.valkey.process, "shop": shop}
        shop.wait_until(programs.answers_at(f"http://127.0.0.1:{port}/__state"), seconds=_START_SECONDS)

    def start_bridge(self) -> None:
        """Start web, workers and beat, and wait until they take work."""
        port = int(self.env["BRIDGE_PUBLIC_URL"].rsplit(":", 1)[1])
        self.members["web"] = programs.web(self.env, port=port, log=self.logs / "web.log")
        for name in WORKERS:
            self.members[name] = programs.worker(self.env, log=self.logs / f"{name}.log", name=name)
        schedule = self.folder / "schedule"
        self.members["beat"] = programs.beat(self.env, log=self.logs / "beat.log", schedule=schedule)
        ready = {name: programs.says(self.members[name], " ready.") for name in WORKERS}
        for name in BRIDGE:
            self.members[name].start()
        for name, is_ready in ready.items():
            self.members[name].wait_until(is_ready, seconds=_START_SECONDS)
        self.await_web()

    def await_web(self) -> None:
        """Wait until the web process is able to serve; whoever ends meanwhile is started again."""
        is_ready = programs.answers_at(f"{self.env['BRIDGE_PUBLIC_URL']}/readyz")

        def serves() -> bool:
            self.revive()
            return is_ready()

        await_until(serves, seconds=_START_SECONDS, because="the web process to be ready")

    def stop(self) -> None:
        """Stop everybody and remove what the servers kept; the logs stay."""
        for name in (*BRIDGE, "shop"):
            if name in self.members:
                for process in self.family(name):
                    send(process, signal.SIGKILL)  # There is nothing left to end in order.
                self.members[name].stop()
        self.valkey.destroy()
        self.postgres.destroy()

    # ------------------------------------------------------------ who runs

    def runs(self, name: str) -> bool:
        """Say whether a member lives; a frozen one does."""
        return name in self.members and self.members[name].is_running()

    def family(self, name: str) -> list[psutil.Process]:
        """Return a member and all that descends from it, itself first; nobody when it has ended."""
        if not self.runs(name):
            return []
        try:
            leader = psutil.Process(self.members[name].pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def revive(self) -> None:
        """Start whoever has ended again, not more often than three times a second; nobody is waited for."""
        now = time.monotonic()
        for name, process in self.members.items():
            if not process.is_running() and now >= self._not_before.get(name, 0):
                self._not_before[name] = now + _START_AGAIN_SECONDS
                if name == "postgres":
                    self.postgres.evict()
                process.start()


def send(process: psutil.Process, number: signal.Signals) -> bool:
    """Send a signal; say whether there was still somebody to get it."""
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True
