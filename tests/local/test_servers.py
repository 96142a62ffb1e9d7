"""Embedded PostgreSQL and Valkey: started, found again, stopped without a trace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from local.environment import base_environment
from local.ports import free_port, is_free
from local.postgres import NOT_DURABLE, Postgres
from local.process import Process, ProcessError
from local.valkey import Valkey
from tests.support.waiting import await_until


@pytest.fixture
def folder(tmp_path_factory):
    """A folder that the account of PostgreSQL cannot reach, as a checkout in /root is."""
    made = tmp_path_factory.mktemp("data")
    made.chmod(0o700)
    return made


@pytest.fixture
def postgres(folder):
    server = Postgres(folder / "postgres", log=folder / "postgres.log", settings=NOT_DURABLE)
    yield server
    server.destroy()


@pytest.fixture
def valkey(folder):
    server = Valkey(folder / "valkey", log=folder / "valkey.log", durable=True)
    yield server
    server.destroy()


def run_sql(server: Postgres, statement: str) -> list:
    connection = server.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_each_test_gets_an_empty_database_of_its_own(servers):
    with servers.database() as first, servers.database() as second:
        assert first != second
        psycopg2.connect(first).close()
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(first)


def test_each_test_gets_an_empty_redis(servers):
    with servers.redis() as url:
        client = redis.Redis.from_url(url, decode_responses=True)
        client.set("key", "value")
        assert client.get("key") == "value"
        client.close()
    with servers.redis() as other:
        client = redis.Redis.from_url(other)
        assert client.dbsize() == 0
        client.close()


def test_a_cluster_keeps_its_rows_and_password_when_it_is_started_again(folder, postgres):
    postgres.start()
    run_sql(postgres, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")
    postgres.stop()

    again = Postgres(folder / "postgres", log=folder / "postgres.log", settings=NOT_DURABLE)
    again.start(port=postgres.port)
    try:
        assert run_sql(again, "SELECT word FROM kept") == [("still here",)]
    finally:
        again.stop()


def test_the_server_is_never_root_and_sorts_alike_everywhere(postgres):
    postgres.start()

    assert psutil.Process(postgres.process.pid).uids().real != 0
    locale = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'bridge'"
    assert run_sql(postgres, locale) == [("b", "C.UTF-8")]


def test_a_wrong_password_is_refused(postgres):
    postgres.start()
    password = postgres.url.split(":")[2].split("@")[0]

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(postgres.url.replace(password, "wrong"))


def test_no_permission_of_a_folder_that_was_there_is_changed(folder, postgres):
    before = [(path, path.stat().st_mode) for path in (folder, *folder.parents)]

    postgres.start()

    assert [(path, path.stat().st_mode) for path in (folder, *folder.parents)] == before


def test_destroying_leaves_neither_a_process_nor_a_file(folder, postgres):
    postgres.start()
    pid = postgres.process.pid
    home = Path(psutil.Process(pid).cmdline()[2]).parent

    postgres.destroy()

    assert not psutil.pid_exists(pid)
    assert is_free(postgres.port)
    assert not home.exists()
    assert not (folder / "postgres").exists()


def test_a_pid_file_that_names_a_stranger_is_stale(postgres):
    """As after a restart of the machine, when the pid belongs to somebody else."""
    postgres.start()
    pid_file = Path(psutil.Process(postgres.process.pid).cmdline()[2]) / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    postgres.start()

    assert run_sql(postgres, "SELECT 1") == [(1,)]


def test_a_server_that_a_killed_run_left_is_stopped_first(folder, postgres):
    postgres.start()
    left = psutil.Process(postgres.process.pid)

    again = Postgres(folder / "postgres", log=folder / "postgres.log", settings=NOT_DURABLE)
    again.start()
    try:
        await_until(lambda: not left.is_running() or left.status() == psutil.STATUS_ZOMBIE)
        assert run_sql(again, "SELECT 1") == [(1,)]
    finally:
        again.stop()


def test_a_killed_server_starts_again_on_its_port(postgres):
    postgres.start()
    run_sql(postgres, "CREATE TABLE kept (word text)")
    port = postgres.port
    postgres.process.send_signal(signal.SIGKILL)
    await_until(lambda: not postgres.process.is_running())

    postgres.restart()

    assert postgres.port == port
    assert run_sql(postgres, "SELECT * FROM kept") == []


def test_what_valkey_holds_survives_a_restart_when_it_is_durable(folder, valkey):
    valkey.start()
    with redis.Redis.from_url(valkey.url) as client:
        client.set("key", "value")
    valkey.stop()

    valkey.restart()

    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.get("key") == "value"


def test_valkey_wants_its_password(valkey):
    valkey.start()

    with redis.Redis(port=valkey.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_a_port_is_not_handed_out_twice():
    ports = [free_port() for _ in range(50)]

    assert len(set(ports)) == 50


def test_a_child_that_dies_at_once_is_reported_with_its_log(tmp_path):
    child = Process(
        "parrot",
        ["/bin/sh", "-c", "echo is no more; exit 3"],
        env=base_environment(),
        log=tmp_path / "log",
        cwd=tmp_path,
    )
    child.start()

    with pytest.raises(ProcessError, match=r"(?s)parrot ended with 3:.*is no more"):
        child.wait_until(lambda: False, seconds=60)
    child.stop()


def test_a_child_that_ignores_its_signal_is_killed_with_its_own_children(tmp_path):
    script = "trap '' TERM; sleep 1000 & echo $! > child; echo ready; wait"
    stubborn = Process(
        "stubborn",
        ["/bin/sh", "-c", script],
        env=base_environment(),
        log=tmp_path / "log",
        cwd=tmp_path,
    )
    stubborn.start()
    stubborn.wait_until(lambda: "ready" in stubborn.tail(), seconds=60)
    grandchild = int((tmp_path / "child").read_text())

    stubborn.stop(seconds=0.2)

    await_until(lambda: not psutil.pid_exists(grandchild) or is_zombie(grandchild))


def is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.skipif(not Path("/proc").exists(), reason="only Linux tells a child of its parent's end")
def test_a_child_does_not_outlive_a_parent_that_is_killed(tmp_path):
    script = f"""
from pathlib import Path
from local.environment import base_environment
from local.process import Process
env, log = base_environment(), Path("{tmp_path}/log")
child = Process("sleep", ["sleep", "1000"], env=env, log=log, cwd=log.parent)
child.start()
print(child.pid, flush=True)
child.wait_until(lambda: False, seconds=1000)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    child = int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    await_until(lambda: not psutil.pid_exists(child) or is_zombie(child))


def test_what_killed_processes_of_the_tests_leave_behind_goes_with_the_folder_of_the_session(servers):
    leave = "import os, tempfile; print(tempfile.mkdtemp(), flush=True); os.kill(os.getpid(), 9)"

    killed = subprocess.run(
        [sys.executable, "-c", leave], env=base_environment(), capture_output=True, text=True
    )

    assert killed.returncode == -signal.SIGKILL
    assert Path(killed.stdout.strip()).is_relative_to(servers.folder)
