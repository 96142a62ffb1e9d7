"""No key and nothing about a customer is in any log, whatever went well or wrong."""

import json
import socket
from pathlib import Path

from tests.support.partner_api import cart, make_partner, stock

PHONE = "+962790001122"
NAME = "Canary Customer"
STREET = "Canary Street 7"


def canary_cart(number: str, **changes) -> dict:
    return cart(
        number,
        customer={"name": NAME, "phone": PHONE},
        shipping={"street": STREET, "city": "Amman", "postal_code": "1", "country": "JO"},
        **changes,
    )


def test_neither_a_key_nor_a_customer_is_in_any_log(api, db, account, servers):
    stranger = make_partner(db, name="Stranger")
    stock(db, account, {"NEW": None})
    answers = [
        api.submit(account, canary_cart("A"), "k"),
        api.submit(account, canary_cart("A"), "k"),
        api.submit(account, canary_cart("B"), "k"),
        api.submit(account, canary_cart("A", payment_status="pending")),
        api.submit(account, canary_cart("C", items=[]), "k2"),
        api.submit(account, canary_cart("D", sku="NEW")),
        api.get(f"/v1/orders/{PHONE}", account),
        api.get("/v1/orders/A", stranger),
        api.call("POST", "/v1/carts/submit", account, json.dumps(canary_cart("E")).encode()[:-5]),
        api.call("GET", f"/v1/orders/A?api_key={account.key}", account),
        api.call("GET", "/v1/orders/A", headers={"Authorization": f"Bearer {account.key}x"}),
    ]
    broken_request(api.url, account.key)

    # urllib sends a form's content type unless told otherwise.
    assert [answer.status for answer in answers] == [200, 200, 409, 409, 422, 503, 404, 404, 415, 200, 401]
    logs = [api.log, *Path(servers.folder, "logs").iterdir()]
    text = "".join(log.read_text(errors="replace") for log in logs)
    assert '"route": "/v1/carts/submit"' in text
    secret = account.key.rpartition("_")[2]
    for canary in (account.key, secret, PHONE, PHONE[1:], NAME, STREET):
        assert canary not in text


def broken_request(url: str, key: str) -> None:
    """Send what is no HTTP, with a key in it."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"GET {key}\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        connection.recv(65536)


def test_a_lock_that_is_not_given_tells_no_customer_to_the_database_log(api, db, account, servers):
    """PostgreSQL writes a statement that failed into its own log, parameters and all."""
    api.submit(account, canary_cart("A"))
    with db.transaction() as session:
        session.connection().exec_driver_sql("LOCK TABLE orders")
        answer = api.submit(account, canary_cart("B"), "k")

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "1"
    text = "".join(log.read_text(errors="replace") for log in Path(servers.folder, "logs").iterdir())
    assert "lock timeout" in text
    assert PHONE not in text
    assert api.submit(account, canary_cart("B"), "k").status == 200
