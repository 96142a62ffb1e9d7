"""A cart that was answered 200 is there, whatever died meanwhile, and nothing is answered 500."""

import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest
from sqlalchemy import func, select

from bridge import migrations
from bridge.db import Database
from bridge.models import Order, Work
from local.postgres import NOT_DURABLE, Postgres
from local.valkey import Valkey
from tests.support.message_counter import counting
from tests.support.partner_api import cart, live_api, make_app, make_partner, opened, stock, submit
from tests.support.recovery import measured
from tests.support.servers import sqlalchemy_url
from tests.support.waiting import await_until


@pytest.fixture
def account(db):
    made = make_partner(db)
    stock(db, made, {"JDTQ1834": 1_000_000})
    return made


def count(db, table) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("key", ["k", None], ids=["with a key", "without a key"])
@pytest.mark.parametrize(
    ("because", "cut"),
    [
        ("before the claim", {"cut_before": "INSERT INTO idempotency_keys"}),
        ("with the claim done", {"cut_after": "INSERT INTO idempotency_keys"}),
        ("before the writes", {"cut_before": "INSERT INTO order_items"}),
        ("with the writes done", {"cut_after": "INSERT INTO order_items"}),
        ("before the commit", {"cut_before": "COMMIT"}),
        ("the commit is done and nobody heard", {"cut_after": "COMMIT"}),
    ],
)
def test_a_connection_that_dies_anywhere_leaves_one_order_and_a_200(
    database_url, redis_url, db, account, because, cut, key
):
    with counting(database_url) as (url, counter), opened(make_app(url, redis_url)) as app:
        client = app.test_client()
        submit(client, account, cart("WARM"))
        for name, text in cut.items():
            setattr(counter, name, text)

        answer = submit(client, account, cart(), key)

        assert answer.status_code == 200
        assert "Idempotent-Replayed" not in answer.headers
        assert (counter.cut_before, counter.cut_after) == (None, None)
        again = submit(client, account, cart(), key)
    assert again.json == answer.json
    assert count(db, Order) == count(db, Work) == 2


def test_a_204_whose_commit_nobody_heard_is_a_204(database_url, redis_url, db, account):
    with counting(database_url) as (url, counter), opened(make_app(url, redis_url)) as app:
        client = app.test_client()
        submit(client, account, cart("WARM"))
        counter.cut_after = "COMMIT"

        assert submit(client, account, cart(sku="YOURS"), "k").status_code == 204


def test_a_database_that_dies_under_load_costs_503s_and_no_answered_order(
    tmp_path, redis_url, record_property
):
    postgres = Postgres(tmp_path / "postgres", log=tmp_path / "postgres.log", settings=NOT_DURABLE)
    postgres.start()
    try:
        url = sqlalchemy_url(postgres.url)
        migrations.upgrade(url)
        db = Database(url)
        account = make_partner(db)
        stock(db, account, {"JDTQ1834": 1_000_000})
        with live_api(postgres.url, redis_url, tmp_path) as api:
            done = threading.Event()
            answers: dict[str, list] = {}

            def load(worker: int) -> None:
                number = 0
                while not done.is_set():
                    name = f"{worker}-{number}"
                    answers[name] = [api.submit(account, cart(name), name)]
                    number += 1

            with ThreadPoolExecutor(6) as pool:
                running = [pool.submit(load, worker) for worker in range(6)]
                try:
                    await_more(answers)
                    for number in (signal.SIGKILL, signal.SIGINT):  # It dies, and somebody restarts it.
                        postgres.process.send_signal(number)
                        await_until(lambda: not postgres.process.is_running())
                        postgres.restart()
                        with measured(record_property):
                            await_more(answers)
                finally:
                    done.set()
                for each in running:
                    each.result()

            statuses = Counter(answer.status for (answer,) in answers.values())
            assert set(statuses) <= {200, 503}
            assert statuses[200] > 0
            for name, (first,) in answers.items():  # Everybody asks once more, with the same key.
                second = api.submit(account, cart(name), name)
                assert second.status == 200
                if first.status == 200:
                    assert second.body == first.body
        db.dispose()
        db = Database(url)
        assert count(db, Order) == len(answers)
        db.dispose()
    finally:
        postgres.destroy()


def await_more(answers: dict[str, list]) -> None:
    """Wait until some more carts were answered 200."""

    def accepted() -> int:
        return sum(answer.status == 200 for (answer,) in list(answers.values()))

    before = accepted()
    await_until(lambda: accepted() > before + 20)


def test_a_redis_that_hangs_does_not_touch_an_answer(database_url, db, account, tmp_path):
    valkey = Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log", durable=False)
    valkey.start()
    try:
        with live_api(database_url, valkey.url, tmp_path) as api:
            assert api.submit(account, cart("BEFORE")).status == 200
            valkey.process.send_signal(signal.SIGSTOP)
            try:
                began = time.monotonic()
                answers = [api.submit(account, cart(f"FROZEN-{number}")) for number in range(20)]
                took = time.monotonic() - began
            finally:
                valkey.process.send_signal(signal.SIGCONT)

        assert Counter(answer.status for answer in answers) == {200: 20}
        assert took < 10  # A request that waited for Redis would take seconds by itself.
        assert count(db, Order) == 21
    finally:
        valkey.destroy()


def test_a_client_that_sends_far_too_much_still_reads_its_answer(database_url, redis_url, account, tmp_path):
    with live_api(database_url, redis_url, tmp_path) as api:
        headers = {"Content-Type": "application/json"}
        for size in (2, 8):
            body = b" " * (size * 1024 * 1024)
            assert api.call("POST", "/v1/carts/submit", account, body, headers).status == 413
            assert api.call("POST", "/v1/carts/submit", None, body, headers).status == 401
            assert api.call("POST", "/v1/nothing", None, body, headers).status == 404
        try:
            status = api.call("POST", "/v1/carts/submit", account, b" " * (64 << 20), headers).status
        except (RemoteDisconnected, URLError):  # Beyond that it is cut off.
            status = 413
        assert status == 413
        assert api.submit(account, cart()).status == 200
