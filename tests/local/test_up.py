"""`python -m local up`: all of it from one command, kept alive, and gone when it is told to go."""

import os
import re
import signal
import subprocess
import sys

import psutil
import pytest
import requests

from local.environment import base_environment
from local.ports import is_free
from local.programs import ROOT
from tests.support import processes
from tests.support.recovery import measured
from tests.support.stacks import are_gone, data_folder, running_stack, starting_stack
from tests.support.waiting import await_until

pytestmark = pytest.mark.timeout(400)  # A whole stack, perhaps on a busy machine.

WORDS = {
    "postgres": "bin/postgres",
    "valkey": "valkey-server",
    "simulator": "-m simulator",
    "web": "-m gunicorn",
    "worker": "celery_app worker",
    "beat": "celery_app beat",
    "flower": "celery_app flower",
}


@pytest.fixture(scope="module")
def stack():
    """One stack for every test that leaves it as good as it was."""
    with data_folder() as data, running_stack(data) as running:
        yield running


@pytest.fixture
def data():
    """A folder for a stack of this test's own."""
    with data_folder() as folder:
        yield folder


def is_in_the_shop(stack, order_id: str) -> bool:
    return any(order_id in str(draft) for draft in stack.drafts())


def test_the_announcement_is_complete(stack):
    told = stack.told

    assert {name for name, value in told.items() if value} == set(told) - {"console_password"}
    assert set(told) == {
        "api_url", "docs_url", "console_url", "console_password", "flower_url", "simulator_url",
        "database_url", "redis_url", "shopify_token", "partner", "env",
    }  # fmt: skip
    assert set(told["partner"]) == {"name", "api_key"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_api_answers_when_it_is_announced(stack, path):
    assert requests.get(stack.told["api_url"] + path, timeout=60).status_code == 200


def test_a_cart_is_sellable_at_once_and_reaches_the_shop(stack):
    answer = stack.submit("ORDER-AT-ONCE")

    assert answer.status_code == 200, answer.text
    items = stack.order(answer.json()["supplier_order_id"])["items"]
    assert [item["is_supplier_item"] for item in items] == [True, False]
    await_until(lambda: is_in_the_shop(stack, "ORDER-AT-ONCE"))


def test_flower_shows_the_worker(stack):
    workers = requests.get(f"{stack.told['flower_url']}/api/workers?refresh=1", timeout=60).json()

    assert [name.split("@")[0] for name in workers] == ["worker"]


def test_the_announced_environment_is_all_that_the_command_line_needs(stack):
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "partner", "list", "--json"],
        cwd=ROOT, env=stack.told["env"], capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert stack.told["partner"]["name"] in done.stdout


def test_nothing_listens_beyond_this_machine(stack):
    listening = [
        connection.laddr.ip
        for process in stack.processes()
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert set(listening) == {"127.0.0.1"}


def test_a_second_stack_in_the_same_folder_is_refused(stack):
    words = stack.processes()[0].cmdline()
    data = words[words.index("--data") + 1]

    done = subprocess.run(
        [sys.executable, "-m", "local", "up", "--data", data],
        cwd=ROOT, env=base_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert f"already (pid {stack.supervisor.pid})" in " ".join(done.stderr.split())
    assert stack.submit("ORDER-STILL-UP").status_code == 200


@pytest.mark.parametrize("name", WORDS)
def test_a_process_that_is_killed_is_started_again(stack, name, record_property):
    killed = stack.child(WORDS[name])
    killed.kill()

    def is_back() -> bool:
        try:
            return stack.child(WORDS[name]).pid != killed.pid
        except (AssertionError, psutil.NoSuchProcess):
            return False

    def is_accepted() -> bool:
        try:
            return stack.submit(f"ORDER-WITHOUT-{name}").status_code == 200
        except requests.ConnectionError:
            return False

    with measured(record_property):
        await_until(is_back, because=f"another {name}")
        await_until(is_accepted)
        await_until(lambda: is_in_the_shop(stack, f"ORDER-WITHOUT-{name}"), seconds=60)


def test_a_stop_leaves_nothing_and_the_next_start_finds_everything(data):
    with running_stack(data) as first:
        order_id = first.submit("ORDER-KEPT").json()["supplier_order_id"]
        await_until(lambda: is_in_the_shop(first, "ORDER-KEPT"))
        everything = first.processes()[1:]

        assert first.stop(signal.SIGINT) == 0
        assert are_gone(everything, seconds=0)
        ports = re.findall(r"127\.0\.0\.1:(\d+)", str(first.told))
        assert all(is_free(int(port)) for port in ports)

    with running_stack(data) as second:
        assert second.told["partner"]["name"] == first.told["partner"]["name"]
        assert second.told["partner"]["api_key"] != first.told["partner"]["api_key"]
        assert second.order(order_id)["partner_order_id"] == "ORDER-KEPT"
        assert is_in_the_shop(second, "ORDER-KEPT")
        assert second.submit("ORDER-NEW").status_code == 200

        everything = second.processes()[1:]
        second.supervisor.kill()
        assert are_gone(everything, seconds=60)  # Nobody is left to stop them.


@pytest.mark.parametrize("sentence", ["starting PostgreSQL", "mapping the shop's catalog"])
def test_a_stop_in_the_middle_of_the_start_leaves_nothing(data, sentence):
    with starting_stack(data) as (supervisor, log):
        await_until(lambda: sentence in log.read_text(), seconds=60, because=sentence)
        everything = psutil.Process(supervisor.pid).children(recursive=True)

        supervisor.send_signal(signal.SIGTERM)

        assert supervisor.wait(60) == 0
        assert are_gone(everything, seconds=0)
        assert supervisor.stdout.read() == b""


def test_parts_that_are_named_in_the_environment_are_not_started(data, database_url, redis_url, simulator):
    outside = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SHOPIFY_ADMIN_URL": simulator.url,
        "SHOPIFY_WEBHOOK_SECRETS": processes.WEBHOOK_SECRET,
    }
    with running_stack(data, env=outside) as stack:
        assert {name: stack.told["env"][name] for name in outside} == outside
        assert stack.told["database_url"] == database_url
        commands = [" ".join(process.cmdline()) for process in stack.processes()]
        embedded = (WORDS["postgres"], WORDS["valkey"], WORDS["simulator"])
        assert not [command for command in commands for words in embedded if words in command]
        assert stack.submit("ORDER-OUTSIDE").status_code == 200
        await_until(lambda: is_in_the_shop(stack, "ORDER-OUTSIDE"))


def test_a_start_that_fails_says_why_and_leaves_nothing(data):
    done = subprocess.run(
        [sys.executable, "-m", "local", "up", "--data", str(data)],
        cwd=ROOT,
        env=base_environment(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert "The stack did not start" in done.stderr
    assert "Traceback" not in done.stderr
    mine = [p for p in psutil.process_iter() if str(data) in " ".join(_command(p))]
    assert mine == []


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_account_of_the_servers_is_not_root(stack):
    assert stack.child(WORDS["postgres"]).uids().real != 0
