"""Who may come in, how often, and what every answer carries."""

import pytest
import redis
from sqlalchemy import text

from bridge.domain import api_keys
from bridge.models import ApiKey
from bridge.services.api_keys import create_key
from tests.support.partner_api import PEPPER, cart, make_app, make_partner, opened, submit

LIST = "/v1/admin/orders"


@pytest.mark.parametrize(
    ("because", "header"),
    [
        ("none", None),
        ("empty", ""),
        ("no scheme", "{key}"),
        ("another scheme", "Basic {key}"),
        ("no key", "Bearer"),
        ("two keys", "Bearer {key} {key}"),
        ("not a key", "Bearer secret"),
        ("a typing error", "Bearer {key}x"),
        ("a key that was never made", "Bearer {other}"),
        ("letters that no key has", "Bearer clé"),
    ],
)
def test_without_a_good_key_nobody_comes_in(client, account, because, header):
    other = api_keys.compose(bytes(9), bytes(32))
    headers = {} if header is None else {"Authorization": header.format(key=account.key, other=other)}

    answer = client.get(LIST, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["error"] == "unauthorized"


@pytest.mark.parametrize("header", ["bearer {key}", "BEARER {key}", " Bearer   {key} "])
def test_the_scheme_has_no_case_and_spaces_are_forgiven(client, account, header):
    assert client.get(LIST, headers={"Authorization": header.format(key=account.key)}).status_code == 200


def test_the_right_id_with_another_secret_is_no_key(client, db, account):
    key_id = api_keys.id_of(account.key)
    with db.transaction() as session:
        hash_of_another = api_keys.keyed_hash("another", PEPPER)
        session.get_one(ApiKey, key_id).key_hash = hash_of_another

    assert client.get(LIST, headers=account.headers).status_code == 401


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE api_keys SET revoked_at = now()",
        "UPDATE api_keys SET expires_at = now()",
        "UPDATE partners SET enabled = false",
    ],
)
def test_an_ended_key_and_a_closed_door_are_401_within_five_seconds(app, client, db, account, ending):
    assert client.get(LIST, headers=account.headers).status_code == 200
    with db.transaction() as session:
        session.execute(text(ending))

    app.extensions["bridge"].doorkeeper.forget()  # What three seconds do.

    assert client.get(LIST, headers=account.headers).status_code == 401


def test_the_use_of_a_key_is_noted(client, db, account):
    client.get(LIST, headers=account.headers)

    with db.transaction() as session:
        assert session.get_one(ApiKey, api_keys.id_of(account.key)).last_used_at is not None


def test_a_key_for_another_part_of_the_api_is_403(client, db, account):
    with db.transaction() as session:
        made = create_key(session, partner_id=account.id, pepper=PEPPER, scopes=["seller"])

    answer = client.get(LIST, headers={"Authorization": f"Bearer {made.key}"})

    assert answer.status_code == 403


def test_too_many_requests_are_429_and_say_when_to_come_back(database_url, redis_url, db, account):
    with opened(make_app(database_url, redis_url, RATE_PER_SECOND="1", RATE_BURST="3")) as app:
        client = app.test_client()
        answers = [client.get(LIST, headers=account.headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"partner";q=3;w=3'
    assert answers[0].headers["RateLimit"].startswith('"partner";r=2;t=')
    assert int(answers[3].headers["Retry-After"]) >= 1
    assert answers[3].json["error"] == "too many requests"


def test_partners_do_not_share_a_bucket_and_may_have_their_own_size(database_url, redis_url, db, account):
    other = make_partner(db, name="Umniah")
    with db.transaction() as session:
        session.execute(text("UPDATE partners SET rate_per_second = 1, rate_burst = 1 WHERE name = 'Umniah'"))
    with opened(make_app(database_url, redis_url)) as app:
        client = app.test_client()
        statuses = [client.get(LIST, headers=other.headers).status_code for _ in range(3)]

        assert statuses == [200, 429, 429]
        assert client.get(LIST, headers=account.headers).status_code == 200


def test_processes_share_the_bucket_through_redis(database_url, redis_url, account):
    settings = {"RATE_PER_SECOND": "1", "RATE_BURST": "2"}
    with (
        opened(make_app(database_url, redis_url, **settings)) as one,
        opened(make_app(database_url, redis_url, **settings)) as two,
    ):
        statuses = [
            app.test_client().get(LIST, headers=account.headers).status_code for app in (one, two, one)
        ]

    assert statuses == [200, 200, 429]


def test_without_redis_each_process_counts_for_itself(database_url, db, account):
    with opened(make_app(database_url, "redis://127.0.0.1:1/0", RATE_PER_SECOND="1", RATE_BURST="2")) as app:
        client = app.test_client()
        statuses = [client.get(LIST, headers=account.headers).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_a_bucket_is_forgotten_once_it_is_full_again(client, redis_url, account):
    client.get(LIST, headers=account.headers)

    with redis.Redis.from_url(redis_url) as watcher:
        assert watcher.ttl(f"rate:{account.id}") > 0


def test_every_answer_carries_an_id_and_is_kept_by_nobody(client, account):
    for path in (LIST, "/nothing", "/healthz"):
        answer = client.get(path, headers=account.headers)
        assert answer.headers["X-Request-Id"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("offered", "kept"), [("abc-1", True), ("a b", False), ("x" * 65, False), ("<b>", False)]
)
def test_a_request_id_is_taken_over_when_it_is_one(client, offered, kept):
    answer = client.get("/healthz", headers={"X-Request-Id": offered})

    assert (answer.headers["X-Request-Id"] == offered) is kept


def test_a_submit_is_safe_to_repeat_when_its_connection_died(app, client, db, account):
    assert submit(client, account, cart("A")).status_code == 200
    with db.transaction() as session:  # Every pooled connection of the app is dead now.
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bridge web'"
            )
        )

    answer = submit(client, account, cart("B"))

    assert answer.status_code == 200
