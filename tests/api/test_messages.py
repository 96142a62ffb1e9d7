"""What a submit costs: messages to PostgreSQL, counted on the wire, and commands to Redis."""

import redis

from tests.support.message_counter import counting
from tests.support.partner_api import cart, make_app, opened, submit


def warm(client, account) -> None:
    """Open the connection; what the first one of a pool asks is not part of a request."""
    assert submit(client, account, cart("WARM")).status_code == 200


def test_a_submit_is_five_messages_with_authentication_begin_and_commit(database_url, redis_url, account):
    with counting(database_url) as (url, counter), opened(make_app(url, redis_url)) as app:
        client = app.test_client()
        warm(client, account)
        app.extensions["bridge"].doorkeeper.forget()
        counter.clear()

        assert submit(client, account, cart(), key="k").status_code == 200

    assert len(counter.sent) == 5, [m.strip()[:25] for m in counter.sent]
    authenticate, begin, claim, write, commit = counter.sent
    assert "api_keys" in authenticate
    assert (begin, commit) == ("BEGIN", "COMMIT")
    assert "idempotency_keys" in claim
    assert "order_items" in write


def test_with_a_caller_seen_seconds_ago_it_is_four(database_url, redis_url, account):
    with counting(database_url) as (url, counter), opened(make_app(url, redis_url)) as app:
        client = app.test_client()
        warm(client, account)
        for answer, messages in ((200, 4), (200, 3)):  # A replay has nothing to write.
            counter.clear()

            assert submit(client, account, cart(), key="k").status_code == answer

            assert len(counter.sent) == messages


def test_the_only_command_to_redis_is_the_rate_limit(database_url, redis_url, account):
    with redis.Redis.from_url(redis_url) as watcher, opened(make_app(database_url, redis_url)) as app:
        client = app.test_client()
        warm(client, account)
        before = commands(watcher)

        assert submit(client, account, cart()).status_code == 200

        after = commands(watcher)
    from_client = {name: after[name] - before.get(name, 0) for name in after}
    assert from_client.pop("info") == 1
    # What the script itself calls inside Redis is counted too.
    inside = {"time", "hmget", "hset", "expire"}
    assert {name for name, times in from_client.items() if times and name not in inside} == {"evalsha"}


def commands(client: redis.Redis) -> dict[str, int]:
    stats = client.info("commandstats")
    return {name.removeprefix("cmdstat_"): values["calls"] for name, values in stats.items()}
