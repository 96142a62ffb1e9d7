"""`GET /` and the addresses its forms are sent to. Every answer to a form leads back to the page."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from simulator import execution
from simulator.admin_api import NEWEST_VERSION, simulation
from simulator.faults import FAULTS, UnknownFault
from simulator.page.actions import ACTIONS, Incomplete
from simulator.page.view import everything

blueprint = Blueprint("page", __name__, template_folder="templates")
STAFF_TOKEN = "shpat_staff"  # the page asks nobody who they are: the shop is on localhost


@blueprint.get("/")
def index() -> str:
    """The newest drafts and orders, the stock, the webhooks; `?q=` searches, `?page=` goes back in time."""
    page = request.args.get("page", 1, type=int)
    content = everything(simulation(), search=request.args.get("q", "").strip(), page=max(page, 1))
    return render_template(
        "page/index.html", **content, fault_names=FAULTS,
        done=request.args.get("done"), problem=request.args.get("problem"),
    )  # fmt: skip


@blueprint.post("/__page/<name>")
def act(name: str) -> AnyResponse:
    """Do what a button says."""
    action = ACTIONS.get(name)
    if action is None:
        abort(404)
    try:
        problem = _perform(action.query, action.variables(request.form))
    except Incomplete as error:
        problem = str(error)
    return _back(problem=problem) if problem else _back(done=action.done)


@blueprint.post("/__page/faults")
def add_fault() -> AnyResponse:
    """Switch a fault on."""
    form = request.form
    wish: dict[str, Any] = {"fault": form.get("fault")}
    try:
        for key, kind in (("times", int), ("seconds", float), ("probability", float)):
            if form.get(key, "").strip():
                wish[key] = kind(form[key])
        if form.get("operation", "").strip():
            wish["operation"] = form["operation"].strip()
        simulation().faults.add(wish)
    except (UnknownFault, ValueError) as error:
        return _back(problem=str(error))
    return _back(done="The fault is on.")


@blueprint.post("/__page/heal")
def clear_faults() -> AnyResponse:
    """Switch all faults off."""
    simulation().faults.clear()
    return _back(done="All faults are off.")


@blueprint.post("/__page/reset")
def reset() -> AnyResponse:
    """A new shop with the same catalog."""
    simulation().reset()
    return _back(done="The shop is new.")


def _perform(query: str, variables: dict[str, Any]) -> str | None:
    """Execute one operation of the Admin API. The reasons why it was refused, if it was."""
    shop = simulation()
    try:
        operation = execution.prepare({"query": query, "variables": variables})
    except execution.Refused as refusal:
        return "; ".join(error["message"] for error in refusal.body["errors"])
    result = execution.run(operation, shop.store, token=STAFF_TOKEN, version=NEWEST_VERSION)
    if result.errors:
        return "; ".join(error.message for error in result.errors)
    payloads = (result.data or {}).values()
    lists = (value for payload in payloads for key, value in payload.items() if key.endswith("rrors"))
    return "; ".join(error["message"] for errors in lists for error in errors) or None


def _back(**said: str) -> Response:
    """To the page, where the person was."""
    place = request.form.get("place", "")
    answer = redirect(url_for("page.index", _anchor=place or None, **said), code=303)
    assert isinstance(answer, Response)
    return answer
