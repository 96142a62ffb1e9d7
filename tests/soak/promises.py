"""What partners were promised, checked on the history of their calls and the bridge's rows.

Each check yields a sentence per violation, with what somebody needs to look it up. Numbers: the invariants of
docs/reliability.md.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bridge.domain.order_status import MOVES, OrderStatus
from bridge.models import Order
from tests.soak.evidence import Evidence

_NO_MORE = frozenset({"REJECTED", "CANCELED"})


def every_200_is_an_order(evidence: Evidence) -> Iterator[str]:
    """I1: an answer of 200 names a row, of that partner and that number."""
    rows = {str(order.id): order for order in evidence.orders.values()}
    for line in evidence.submits():
        if line["status"] != 200:
            continue
        told = _body(line)["supplier_order_id"]
        row = rows.get(told)
        if row is None:
            yield f"{line['number']} was answered with {told}, and there is no such order"
        elif (row.partner_order_id, evidence.owner_of(row)) != (line["number"], line["partner"]):
            yield f"{line['number']} of {line['partner']} was answered with {told}: another cart's order"


def a_key_has_one_answer(evidence: Evidence) -> Iterator[str]:
    """I4: whatever is answered under a key is one answer, byte for byte, to one cart."""
    answers: dict[tuple[str, str], set[tuple[bool, int, str]]] = defaultdict(set)
    for line in evidence.submits():
        if line["status"] in (200, 204):
            answer = (line["altered"], line["status"], line["body"])
            answers[line["partner"], line["key"]].add(answer)
    for (partner, key), given in answers.items():
        if len(given) > 1:
            yield f"the key {key} of {partner} was answered with {sorted(given)}"


def a_number_has_one_order(evidence: Evidence) -> Iterator[str]:
    """I5: one order per number that no other one supersedes; superseded is only what was rejected or canceled."""
    by_number: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in evidence.orders.values():
        by_number[evidence.owner_of(order), order.partner_order_id].append(order)
    for (partner, number), orders in by_number.items():
        alive = [order for order in orders if order.superseded_by is None]
        if len(alive) != 1:
            yield f"{partner} has {len(alive)} orders {number}: {[str(order.id) for order in alive]}"
        for order in orders:
            if order.superseded_by is not None and status_of(order) not in _NO_MORE:
                yield f"order {order.id} ({number}) is {order.status} and superseded"


def a_status_comes_by_allowed_moves(evidence: Evidence) -> Iterator[str]:
    """I6: the moves of an order are one path from its first status to its last, each allowed or marked."""
    for order in evidence.orders.values():
        at = OrderStatus.INCOMPLETE_CAUTION.value
        for event in evidence.events.get(order.id, ()):
            if event.kind != "status":
                continue
            if event.from_status != at:
                yield f"order {order.id} moved from {event.from_status} while it was {at}"
            at = str(event.to_status)
            allowed = at in MOVES[OrderStatus(str(event.from_status))]
            if not allowed and not event.unusual:
                yield f"order {order.id}: {event.from_status} to {at} is not marked as unusual"
        if at != order.status:
            yield f"order {order.id} is {order.status}; its timeline ends with {at}"


def nothing_secret_is_in_a_log(evidence: Evidence) -> Iterator[str]:
    """I9: no key, no password, no customer in any log."""
    for log in evidence.logs:
        written = log.read_text(errors="replace")
        for secret in evidence.secrets:
            if secret in written:
                line = next(line for line in written.splitlines() if secret in line)
                yield f"{log.name} has a secret of {len(secret)} characters: {line[:300]}"


def no_answer_is_an_unexpected_error(evidence: Evidence) -> Iterator[str]:
    """I11: what partners get is an answer or a 503 with Retry-After, whatever is broken."""
    for line in evidence.asked:
        status = line.get("status", 200)
        if status >= 500 and (status != 503 or not line.get("retry_after")):
            yield f"{line['verb']} {line['number']} was answered with {status}: {line['body'][:300]}"
    for log in evidence.logs:
        for request in _requests_in(log):
            if request["status"] >= 500 and request["status"] != 503:
                yield f"{log.name}: {request}"


def _requests_in(log: Path) -> Iterator[dict[str, Any]]:
    """Yield what the web process wrote of each request of a partner."""
    for line in log.read_text(errors="replace").splitlines():
        if '"event": "request"' in line and '"route": "/v1/' in line:
            try:
                yield json.loads(line)
            except ValueError:  # The process was killed while it wrote.
                continue


def nobody_sees_what_is_not_theirs(evidence: Evidence) -> Iterator[str]:
    """I12: another partner's order is refused by id, unknown by number, and in no list."""
    owners = {str(order.id): evidence.owner_of(order) for order in evidence.orders.values()}
    for line in evidence.asked:
        if line["verb"] == "look_at_another" and line.get("status") not in (None, 403, 404, 429, 503):
            yield f"{line['partner']} asked for {line['number']} and got {line['status']}"
        if line["verb"] == "list" and line.get("status") == 200:
            for order in _body(line)["orders"]:
                if owners.get(order["id"]) != line["partner"]:
                    yield f"{line['partner']} was shown {order['id']}"
    for partner, told in evidence.told.items():
        theirs = {
            str(order.id)
            for order in evidence.orders.values()
            if evidence.owner_of(order) == partner and order.superseded_by is None
        }
        if missing := theirs - told.keys():
            yield f"{partner} is not told of {sorted(missing)[:5]}"
        if foreign := {order_id for order_id in told if owners.get(order_id) != partner}:
            yield f"{partner} is told of {sorted(foreign)[:5]}"


def status_of(order: Order) -> str:
    """Return the status of an order, of one that is filed away the one it had before."""
    return order.status_before_archive or order.status


def _body(line: dict[str, Any]) -> Any:
    return json.loads(line["body"])
