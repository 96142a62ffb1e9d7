"""Whatever happens to Redis, or on the way there: carts are answered as ever, and every order reaches Shopify."""

import signal
from collections import Counter
from pathlib import Path

import redis

from tests.faults.live import Live
from tests.support.partner_api import cart
from tests.support.waiting import await_until

PHONE = "+962790009988"


def log_of_web(live: Live) -> str:
    return live.api.log.read_text(errors="replace")


def test_redis_that_is_flushed_again_and_again_loses_nothing(live: Live):
    with redis.Redis.from_url(live.valkey.url) as broker, live.load() as accepted:
        for _ in range(4):
            before = accepted()
            await_until(lambda before=before: accepted() > before + 5, seconds=60)
            broker.flushall()

    assert set(live.answers.values()) == {200}
    live.drain()


def test_redis_that_is_full_refuses_hints_and_nothing_else(live: Live):
    before = log_of_web(live).count("rate_limit.alone")
    with redis.Redis.from_url(live.valkey.url) as broker:
        broker.config_set("maxmemory", 1)
        try:
            assert live.take(12) == Counter({200: 12})
            await_until(lambda: log_of_web(live).count("rate_limit.alone") > before)
        finally:
            broker.config_set("maxmemory", 0)

    live.drain()


def test_redis_that_is_killed_and_comes_back_empty_loses_nothing(live: Live):
    live.valkey.process.send_signal(signal.SIGKILL)
    await_until(lambda: not live.valkey.process.is_running())
    try:
        assert live.take(12) == Counter({200: 12})
    finally:
        live.valkey.restart()

    live.drain()


def test_redis_that_is_stopped_loses_nothing_and_brings_no_key_and_no_customer_into_a_log(
    live: Live, servers
):
    names = [f"STOPPED-{number}" for number in range(10)]
    pushed = live.pushed()
    live.valkey.stop()
    try:
        for name in names:
            body = cart(name, customer={"name": "Rima", "phone": PHONE})
            live.answers[name] = live.api.submit(live.account, body).status
        pushed_meanwhile = live.pushed() - pushed
    finally:
        live.valkey.restart()

    live.drain()
    assert [live.answers[name] for name in names] == [200] * 10
    assert pushed_meanwhile == 0
    logs = [*live.folder.glob("*.log"), *Path(servers.folder, "logs").iterdir()]
    written = "".join(log.read_text(errors="replace") for log in logs)
    assert "orders.push" in written
    for canary in (live.account.key, live.account.key.rpartition("_")[2], PHONE, PHONE[1:]):
        assert canary not in written


def test_redis_that_hangs_loses_nothing_and_the_limit_is_kept_by_each_process(live: Live):
    before = log_of_web(live).count("rate_limit.alone")
    live.valkey.process.send_signal(signal.SIGSTOP)
    try:
        assert live.take(12) == Counter({200: 12})
        await_until(lambda: log_of_web(live).count("rate_limit.alone") > before)
    finally:
        live.valkey.process.send_signal(signal.SIGCONT)

    live.drain()


def test_a_network_to_redis_that_swallows_and_then_cuts_loses_nothing(live: Live):
    live.to_redis.hold()
    assert live.take(12) == Counter({200: 12})
    await_until(lambda: live.to_redis.held, because="something was swallowed")
    live.to_redis.cut()
    live.to_redis.release()

    live.drain()
