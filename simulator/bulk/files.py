"""The files of finished bulk operations, for whoever knows their names: no token is asked for."""

import time

from flask import Blueprint, Response, abort

from simulator.admin_api import drop_connection, simulation
from simulator.bulk.operations import content

blueprint = Blueprint("bulk_files", __name__)

# What a fault calls the fetching of a file, which is no operation of the Admin API.
OPERATION = {"bulkFile"}
_EXPIRED = (
    "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code>"
    "<Message>The provided token has expired.</Message></Error>"
)


@blueprint.get("/bulk-operations/<name>.jsonl")
def download(name: str) -> Response:
    """One object a line, unless a fault strikes first."""
    shop = simulation()
    if slow := shop.faults.draw("slow", OPERATION):
        time.sleep(slow.seconds)
    if shop.faults.draw("refuse", OPERATION):
        return drop_connection()
    if shop.faults.draw("error_500", OPERATION):
        return Response("Internal error", 500)
    if shop.faults.draw("bulk_expired", OPERATION):
        return Response(_EXPIRED, 400, mimetype="application/xml")
    with shop.store.lock:
        for operation in shop.store.all("BulkOperation"):
            if operation.file_name == name and operation.completed_at:
                return _file(content(operation), cut=shop.faults.draw("lost_reply", OPERATION) is not None)
    return abort(404)


def _file(whole: bytes, *, cut: bool) -> Response:
    """The file, or the first half of it under the length of the whole and then the end of the connection."""
    answer = Response(whole[: len(whole) // 2] if cut else whole, mimetype="application/jsonl")
    answer.headers["Content-Length"] = str(len(whole))
    if cut:
        answer.headers["Connection"] = "close"
    return answer
