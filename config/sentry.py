"""Error reports to Sentry, when a DSN is set: what went wrong and where, never whose order it was."""

from typing import TYPE_CHECKING, Any

import sentry_sdk

from config.logging import struck_out

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

# What our own errors say is written for developers and holds nobody's data; a library's may quote anything.
_OURS = "bridge.domain.errors"


def configure(dsn: str) -> None:
    """Send unexpected errors to `dsn`; without one, nothing is sent anywhere."""
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            # Local variables hold carts, request bodies hold customers, headers hold keys.
            include_local_variables=False,
            max_request_body_size="never",
            traces_sample_rate=0,
            before_send=without_persons,
        )


def without_persons(event: "Event", _hint: "Hint") -> "Event":
    """Leave of a report what went wrong and where.

    A URL holds whatever a caller put there, and an error of the database quotes the row it is about: the
    type, the place and the ids of the request, order or task have to do.
    """
    report: dict[str, Any] = {
        name: part for name, part in event.items() if name not in ("request", "user", "server_name")
    }
    errors = (report.get("exception") or {}).get("values") or []
    for error in errors:
        if error.get("module") != _OURS:
            error["value"] = ""
    if errors:  # The line in the log that came with it says the same in the error's own words.
        report.pop("logentry", None)
    cleaned: Event = struck_out(report)
    return cleaned
