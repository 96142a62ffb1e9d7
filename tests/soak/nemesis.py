"""What goes wrong in a soak, and the proof of each case that it did: a fault that hit nobody is not counted."""

import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import psycopg2
import redis

from tests.soak.fleet import BRIDGE, WORKERS, Fleet, send
from tests.soak.history import History
from tests.soak.plan import Strike
from tests.support.waiting import await_until

# SIGTERM lets a call to Shopify end; whoever has not ended then is killed, as a supervisor would.
_END_SECONDS = 12
# A process that is started again needs a while before it can meet its failpoint.
_BOOT_SECONDS = 4
# How often it is looked whether a failpoint froze somebody.
_LOOK_SECONDS = 0.5
_HIT = re.compile(rb'"place": "([a-z.]+)"')


class Nemesis:
    """Strikes at a fleet. `fired` counts what happened, by kind and whom it met.

    `tick` lets go on what was frozen long enough and ends what does not end by itself: call it often.
    """

    def __init__(self, fleet: Fleet, history: History) -> None:
        self.fleet = fleet
        self.fired: Counter[str] = Counter()
        self._history = history
        self._frozen: dict[int, float] = {}
        self._ends_by: dict[str, float] = {}
        self._armed_until: dict[str, float] = {}
        self._still_armed: set[str] = set()
        self._self_frozen_seconds = 0.0
        self._looked = 0.0
        self._acts: Mapping[str, Callable[[Strike], int]] = {
            "kill": self._kill,
            "kill_child": self._kill_child,
            "terminate": self._terminate,
            "freeze": self._freeze,
            "cut": self._cut,
            "flush": self._flush,
            "arm": self._arm,
            "lose": self._ask_the_shop,
            "mislead": self._ask_the_shop,
            "webhook": self._ask_the_shop,
        }

    def strike(self, strike: Strike) -> None:
        """Do one thing; what the simulator and failpoints make of it is counted when it happens."""
        try:
            hit = self._acts[strike.kind](strike)
        except (OSError, redis.RedisError, psycopg2.Error, psutil.NoSuchProcess) as error:
            self._history.write("missed", strike=strike, because=str(error))
            return
        self._history.write("strike", strike=strike, hit=hit)
        if hit and strike.kind in _COUNTED_AT_ONCE:
            self.fired[f"{strike.kind} {strike.what}"] += 1

    def tick(self) -> None:
        """Let time do its part, and start again who has ended."""
        now = time.monotonic()
        for pid, until in list(self._frozen.items()):
            if now >= until:
                self._thaw(pid)
        for name, deadline in list(self._ends_by.items()):
            if now >= deadline or not self.fleet.runs(name):
                del self._ends_by[name]
                if now >= deadline:
                    self._kill_family(name)
        for name, until in list(self._armed_until.items()):
            if now >= until:
                self._disarm(name)
        if now - self._looked > _LOOK_SECONDS:
            self._looked = now
            self._note_who_froze_by_failpoint(now)
        self.fleet.revive()

    def rest(self) -> None:
        """End every fault, and wait until the fleet serves again."""
        self._note_who_froze_by_failpoint(time.monotonic())
        for pid in list(self._frozen):
            self._thaw(pid)
        for name in list(self._armed_until):
            self._disarm(name)
        for name in list(self._still_armed):
            self._kill_family(name)
        self._ends_by.clear()
        self.fleet.shop.heal()
        self.fleet.await_web()

    def tally(self, struck: Mapping[str, int]) -> Counter[str]:
        """Return all that happened: what was done here, what the shop says and what the logs say.

        :param struck: the shop's own count of its faults
        """
        counts = self.fired.copy()
        for fault, times in struck.items():
            counts[f"shop {fault}"] += times
        for name in ("web", *WORKERS):
            counts.update(_failpoints_in(self.fleet.logs / f"{name}.log"))
        return counts

    # ------------------------------------------------------------ processes

    def _kill(self, strike: Strike) -> int:
        return self._kill_family(strike.what)

    def _kill_family(self, name: str) -> int:
        family = self.fleet.family(name)
        if not family:
            return 0
        send(family[0], signal.SIGKILL)
        await_until(lambda: not self.fleet.runs(name), because=f"{name} to be dead")
        self._still_armed.discard(name)
        if name in BRIDGE:  # PostgreSQL's own notice it by themselves, and have to: they share its memory.
            for process in family[1:]:
                send(process, signal.SIGKILL)
        self._frozen = {pid: until for pid, until in self._frozen.items() if psutil.pid_exists(pid)}
        return 1

    def _kill_child(self, strike: Strike) -> int:
        children = self.fleet.family(strike.what)[1:]
        return int(bool(children) and send(children[strike.times % len(children)], signal.SIGKILL))

    def _terminate(self, strike: Strike) -> int:
        name = strike.what
        if not self.fleet.runs(name) or name in self._ends_by or self._is_frozen(name):
            return 0
        self.fleet.members[name].signal_stop()
        self._ends_by[name] = time.monotonic() + _END_SECONDS
        return 1

    def _freeze(self, strike: Strike) -> int:
        family = self.fleet.family(strike.what)
        if not family or self._is_frozen(strike.what):
            return 0
        until = time.monotonic() + strike.seconds
        for process in family:
            if send(process, signal.SIGSTOP):
                self._frozen[process.pid] = until
        await_until(lambda: _is_stopped(family[0]), because=f"{strike.what} to stand still")
        return 1

    def _is_frozen(self, name: str) -> bool:
        return self.fleet.members[name].pid in self._frozen

    def _thaw(self, pid: int) -> None:
        del self._frozen[pid]
        if psutil.pid_exists(pid):
            send(psutil.Process(pid), signal.SIGCONT)

    # ------------------------------------------------------------ failpoints

    def _arm(self, strike: Strike) -> int:
        """Start a process again with a failpoint; it is counted when the log says that it was met."""
        name = strike.what
        if not self.fleet.runs(name) or self._is_frozen(name) or name in self._armed_until:
            return 0
        self.fleet.members[name].env["BRIDGE_FAILPOINT"] = strike.place
        self._armed_until[name] = time.monotonic() + _BOOT_SECONDS + strike.seconds
        self._self_frozen_seconds = strike.seconds * 4  # At most longer than a lease.
        killed = self._kill_family(name)
        self._still_armed.add(name)
        return killed

    def _disarm(self, name: str) -> None:
        """Have the next start go without failpoint. One that crashes again in each new child ends now."""
        del self._armed_until[name]
        if ":crash" in self.fleet.members[name].env.pop("BRIDGE_FAILPOINT", ""):
            self._kill_family(name)

    def _note_who_froze_by_failpoint(self, now: float) -> None:
        for name in ("web", *WORKERS):
            for process in self.fleet.family(name)[1:]:
                if process.pid not in self._frozen and _is_stopped(process):
                    self._frozen[process.pid] = now + self._self_frozen_seconds

    # ------------------------------------------------------------ connections, and the shop

    def _cut(self, strike: Strike) -> int:
        """Reset every connection of the bridge to a server; how many there were."""
        if strike.what == "valkey":
            with self._broker() as client:
                return int(client.client_kill_filter(_type="normal", skipme=True))
        connection = psycopg2.connect(
            self.fleet.postgres.url, connect_timeout=2, options="-c statement_timeout=2s"
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'bridge%' AND pid <> pg_backend_pid()"
                )
                return int(cursor.fetchone()[0])
        finally:
            connection.close()

    def _flush(self, _strike: Strike) -> int:
        """Have Valkey forget everything; how many keys there were."""
        with self._broker() as client:
            keys = client.dbsize()
            client.flushall()
            return int(keys)

    def _broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.fleet.valkey.url, socket_timeout=1, socket_connect_timeout=1)

    def _ask_the_shop(self, strike: Strike) -> int:
        """Switch one of the simulator's faults on; the simulator counts how often it strikes."""
        if self._is_frozen("shop"):
            return 0
        more = {"operation": strike.operation} if strike.operation else {}
        self.fleet.shop.fault(strike.what, times=strike.times, seconds=strike.seconds, **more)
        return 1


_COUNTED_AT_ONCE = frozenset({"kill", "kill_child", "terminate", "freeze", "cut", "flush"})


def _is_stopped(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False


def _failpoints_in(log: Path) -> Counter[str]:
    hits = (line for line in log.read_bytes().splitlines() if b"failpoint.hit" in line)
    return Counter(f"failpoint {place.decode()}" for line in hits for place in _HIT.findall(line))
