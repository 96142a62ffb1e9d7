"""An embedded PostgreSQL: one cluster, on the loopback with a password, under our supervision.

The wheel brings the programs only. Its Python helper is not used: it creates an account as
root, trusts every local user, and keeps a stale handle after the server died.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import psycopg2

from local.account import Account, account_for_postgres, with_a_name
from local.environment import base_environment
from local.ports import free_port, is_free
from local.postgres_home import homes, make_home
from local.postgres_install import programs
from local.process import Process, ProcessError

USER = "bridge"
DATABASE = "bridge"
_START_SECONDS = 60
_STOP_SECONDS = 12
_PORT_TRIES = 2
_LOOK_SECONDS = 0.05

# What every cluster of ours has, whatever the caller adds.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # A path may be longer than a socket's name may be.
    "dynamic_shared_memory_type": "mmap",  # In the data folder: nothing stays in /dev/shm.
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%a ",
    # A statement that fails, as one that waits too long for a lock, would be logged with the customer in it.
    "log_min_error_statement": "panic",
    # Otherwise the row that a constraint refused follows as DETAIL.
    "log_error_verbosity": "terse",
}

# For tests: what is committed survives the server's death, not the machine's.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster in a folder that nobody but its account can enter.

    As root the server runs as another account. Where that account cannot reach `folder`, the
    cluster lies in a folder of its own outside and `folder` remembers where; no permission of
    any folder that we did not make is changed.
    """

    def __init__(self, folder: Path, *, log: Path, settings: Mapping[str, str] | None = None) -> None:
        """Describe the cluster; nothing is touched before `start`.

        :param folder: made when missing; it is ours alone
        :param settings: more settings of the server, by their names in postgresql.conf
        """
        self.folder = folder.absolute()
        self.account: Account | None = account_for_postgres()
        self.port: int | None = None
        self.process: Process | None = None
        self._settings = {**_SETTINGS, **(settings or {})}
        self._log = log
        self._password = ""

    @property
    def url(self) -> str:
        """Where the database is, with its password."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the URL of another database of the same cluster."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self, *, port: int | None = None) -> None:
        """Make the cluster when there is none, start the server and wait until it answers.

        A server that a killed run left in this cluster is stopped first; a pid file that
        names anything else is stale and is removed.

        :param port: the port it shall have; a free one when None or taken
        :raises ProcessError: it did not start; the message ends with its log
        :raises RuntimeError: no account or no place to run it
        """
        bin_folder = programs(self.account)
        home = make_home(self.folder, self.account)
        self._password = self._remembered_password()
        if not (home / "cluster" / "PG_VERSION").exists():
            self._create(bin_folder / "initdb", home)
        self.evict()
        for tries_left in range(_PORT_TRIES, -1, -1):
            self.port = free_port(port)
            try:
                self._start_server(bin_folder / "postgres", home / "cluster")
                break
            except ProcessError:
                if tries_left == 0 or is_free(self.port):
                    raise
                self.stop()  # Somebody took the port between our look and PostgreSQL's.
        self._create_database()

    def restart(self) -> None:
        """Start a server that died again, on the same port.

        :raises ProcessError: it did not start
        """
        assert self.process is not None
        self.evict()
        self.process.start()
        self.process.wait_until(self.answers, seconds=_START_SECONDS)

    def answers(self) -> bool:
        """Say whether the server takes connections."""
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def connect(self, database: str = DATABASE):
        """Return a new psycopg2 connection in autocommit."""
        connection = psycopg2.connect(self.url_of(database), connect_timeout=5)
        connection.autocommit = True
        return connection

    def stop(self) -> None:
        """Stop the server: fast, and if it hangs at once, as after a crash."""
        if self.process is None:
            return
        self.process.stop(seconds=_STOP_SECONDS)

    def exists(self) -> bool:
        """Say whether there is a cluster."""
        return any((home / "cluster" / "PG_VERSION").exists() for home in homes(self.folder, self.account))

    def destroy(self) -> None:
        """Stop the server and remove the cluster."""
        self.stop()
        for home in (*homes(self.folder, self.account), self.folder):
            shutil.rmtree(home, ignore_errors=True)

    # ------------------------------------------------------------ cluster and server

    def _remembered_password(self) -> str:
        file = self.folder / "password"
        if not file.exists():
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(24))
        return file.read_text()

    def _create(self, initdb: Path, home: Path) -> None:
        """Make the cluster beside its place and move it there whole: a killed run leaves no half."""
        cluster = home / "cluster"
        unfinished = home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(cluster, ignore_errors=True)
        password_file = home / "password-for-initdb"
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(self._password)
        if self.account:
            os.chown(password_file, self.account.uid, self.account.gid)
        arguments = [
            f"--pgdata={unfinished}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # PostgreSQL's own C.UTF-8: the same order on every system, installed locales or not.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",  # An unfinished cluster is made again.
        ]
        try:
            done = subprocess.run(
                [str(initdb), *arguments],
                env=self._environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=with_a_name(),
                **(self.account.popen_arguments() if self.account else {}),
            )
            if done.returncode:
                raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
            unfinished.rename(cluster)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(unfinished, ignore_errors=True)

    def evict(self) -> None:
        """Stop the server that a killed run left in the cluster; remove a pid file of strangers.

        PostgreSQL itself refuses to start when the pid in its file is anybody's, and after a
        restart of the machine or the container it is. A pid that is nobody's it notices by
        itself, and frees the shared memory that the file names.
        """
        cluster = make_home(self.folder, self.account) / "cluster"
        pid_file = cluster / "postmaster.pid"
        try:
            server = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
            is_ours = str(cluster) in server.cmdline()
        except psutil.ZombieProcess:  # It has ended, and its parent does not care.
            is_ours = False
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return
        if is_ours:
            for number in (signal.SIGINT, signal.SIGQUIT):
                with contextlib.suppress(psutil.Error):
                    server.send_signal(number)
                    if _ends(server):
                        break
        pid_file.unlink(missing_ok=True)

    def _start_server(self, postgres: Path, cluster: Path) -> None:
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        self.process = Process(
            "postgres",
            [postgres, "-D", cluster, f"--port={self.port}", *options],
            env=self._environment(),
            log=self._log,
            cwd=Path("/"),
            stop_signal=signal.SIGINT,  # Fast stop; SIGTERM would wait for every pooled connection.
            last_signal=signal.SIGQUIT,  # Immediate stop; SIGKILL would leave its shared memory.
            account=self.account,
        )
        self.process.start()
        self.process.wait_until(self.answers, seconds=_START_SECONDS)

    def _create_database(self) -> None:
        connection = self.connect("postgres")
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            connection.close()

    def _environment(self) -> dict[str, str]:
        return base_environment(LC_ALL="C", HOME="/")


def _ends(server: psutil.Process) -> bool:
    """Wait for a process that is not our child; a zombie has ended."""
    deadline = time.monotonic() + _STOP_SECONDS
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
