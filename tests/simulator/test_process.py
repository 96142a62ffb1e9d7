"""The simulator as a process: one line when it is ready, a clean end, the same shop after a crash."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import requests

from simulator.persistence import Keeper
from simulator.state import Store
from tests.support.waiting import await_until

CREATE = """mutation { draftOrderCreate(input: {lineItems: [{title: "Lamp", quantity: 1}], tags: ["kept"]}) {
  draftOrder { id name }
} }"""


@contextmanager
def process(*options):
    """A simulator on a free port: the process and its URL."""
    started = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = started.stdout.readline()
        yield started, line.rpartition(" ")[2].strip()
    finally:
        started.kill()
        started.wait()
        started.stdout.close()
        started.stderr.close()


def ask(url, query):
    return requests.post(
        f"{url}/admin/api/2026-07/graphql.json",
        json={"query": query},
        headers={"X-Shopify-Access-Token": "shpat_test"},
        timeout=60,
    ).json()


def drafts(url):
    answer = ask(url, "{ draftOrders(first: 9) { nodes { id name tags } } }")
    return answer["data"]["draftOrders"]["nodes"]


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_and_ends_at_once_when_it_is_told_to(wanted):
    with process("--shop", "corner.myshopify.com") as (started, url), requests.Session() as kept_open:
        assert kept_open.get(f"{url}/healthz", timeout=60).json() == {"status": "ok"}

        began = time.monotonic()

        started.send_signal(wanted)
        code = started.wait(60)

        assert (code, time.monotonic() - began < 5) == (0, True)
        assert (started.stdout.read(), started.stderr.read()) == ("", "")


def test_a_killed_shop_is_found_again_as_it_was(tmp_path):
    with process("--data", str(tmp_path)) as (started, url):
        before = (tmp_path / "shop.pickle").stat().st_mtime_ns if (tmp_path / "shop.pickle").exists() else 0
        ask(url, CREATE)
        kept = drafts(url)
        await_until(
            lambda: (
                (tmp_path / "shop.pickle").exists()
                and (tmp_path / "shop.pickle").stat().st_mtime_ns > before
                and b"kept" in (tmp_path / "shop.pickle").read_bytes()
            ),
            because="the shop is on disk",
        )
        started.send_signal(signal.SIGKILL)
        started.wait(60)

    with process("--data", str(tmp_path)) as (_, url):
        assert drafts(url) == kept
        assert ask(url, CREATE)["data"]["draftOrderCreate"]["draftOrder"]["name"] == "#D2"


def test_a_killed_shop_gives_no_number_twice_though_it_forgot_for_what_it_gave_it(tmp_path):
    kept, path = Store(), tmp_path / "shop.pickle"
    Keeper(kept, path).save()
    told = [kept.next_id() for _ in range(100)]  # Answered, and then killed before it was written.

    found = Store()
    Keeper(found, path).load()

    assert found.next_id() not in told


@pytest.mark.parametrize(("because", "name", "content", "option", "message"), [
    ("a catalog without SKUs", "catalog.csv", b"title,price\nLamp,1\n", "--catalog", "sku"),
    ("a price that is none", "catalog.csv", b"sku,price\nA,cheap\n", "--catalog", "line 2"),
    ("a shop of another version", "shop.pickle", b"no pickle", "--data", "shop.pickle"),
])  # fmt: skip
def test_what_it_cannot_read_ends_it_with_a_reason(tmp_path, because, name, content, option, message):
    (tmp_path / name).write_bytes(content)
    path = tmp_path if option == "--data" else tmp_path / name

    with process(option, str(path)) as (started, _):
        code, said = started.wait(60), started.stderr.read()

    assert code == 1
    assert message in said
    assert "Traceback" not in said
