"""Whether it can serve, and what it says about itself."""

import pytest
from sqlalchemy import text

from tests.support.partner_api import make_app, opened

NOWHERE = "postgresql://bridge@127.0.0.1:1/nothing"
NO_REDIS = "redis://127.0.0.1:1/0"


def test_a_process_with_a_migrated_database_is_ready(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["status"]) == (200, "ready")


def test_without_redis_it_is_degraded_and_serves(database_url):
    with opened(make_app(database_url, NO_REDIS)) as app:
        answer = app.test_client().get("/readyz")

    assert (answer.status_code, answer.json["status"]) == (200, "degraded")


def test_without_a_database_it_lives_and_is_not_ready(redis_url):
    with opened(make_app(NOWHERE, redis_url)) as app:
        client = app.test_client()

        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "unreachable")


@pytest.mark.parametrize(
    "statement", ["UPDATE alembic_version SET version_num = '0000'", "DROP TABLE alembic_version"]
)
def test_a_database_that_is_not_migrated_is_not_ready(client, db, statement):
    with db.transaction() as session:
        session.execute(text(statement))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "not migrated")


def test_without_a_database_the_api_answers_503_with_its_envelope(redis_url, account):
    with opened(make_app(NOWHERE, redis_url)) as app:
        answer = app.test_client().get("/v1/orders/1", headers=account.headers)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert set(answer.json) == {"error", "details"}


def test_the_description_has_every_route_with_its_answers(client):
    spec = client.get("/openapi.json").json

    assert spec["openapi"].startswith("3.1")
    assert set(spec["paths"]) >= {
        "/v1/carts/submit",
        "/v1/carts/check",
        "/v1/decisions/{id}",
        "/v1/catalog",
        "/v1/orders/{id}",
        "/v1/admin/orders",
    }
    submit = spec["paths"]["/v1/carts/submit"]["post"]
    assert set(submit["responses"]) >= {"200", "204", "400", "401", "409", "413", "415", "422", "429", "503"}
    assert {parameter["name"] for parameter in submit["parameters"]} == {"Idempotency-Key"}
    query = spec["paths"]["/v1/admin/orders"]["get"]["parameters"]
    assert {parameter["name"] for parameter in query} == {"status", "limit", "offset"}
    cart = spec["components"]["schemas"]["Cart"]
    assert set(cart["required"]) == {"partner_order_id", "items", "customer", "shipping", "totals"}
    price = spec["components"]["schemas"]["CartItem"]["properties"]["price"]
    assert price["type"] == "number"


def test_the_description_shows_itself_to_people_without_the_internet(client):
    page = client.get("/docs")

    html = page.get_data(as_text=True)
    assert page.content_type.startswith("text/html")
    for path in ("/v1/carts/submit", "/v1/orders/{id}", "/v1/admin/orders"):
        assert path in html
    assert "partner_order_id" in html
    assert "<script" not in html
    assert "http://" not in html
    assert "cdn" not in html
