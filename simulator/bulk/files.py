"""The files of finished bulk operations, for whoever knows their names: no token is asked for."""

from flask import Blueprint, Response, abort

from simulator.admin_api import simulation
from simulator.bulk.operations import content

blueprint = Blueprint("bulk_files", __name__)


@blueprint.get("/bulk-operations/<name>.jsonl")
def download(name: str) -> Response:
    """One object a line."""
    store = simulation().store
    with store.lock:
        for operation in store.all("BulkOperation"):
            if operation.file_name == name and operation.completed_at:
                return Response(content(operation), mimetype="application/jsonl")
    return abort(404)
