"""One JSON object per line, with request, order and task ids; secrets and personal data never."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Names under which secrets and personal data travel; a second net behind not logging them at all.
_FORBIDDEN = re.compile(
    r"authorization|api_?key|secret|token|password|pepper|cookie|phone|customer|address|street|email|body",
    re.IGNORECASE,
)
_STRUCK_OUT = (
    (re.compile(r"jbk_[A-Za-z0-9_]{20,}|shpat_[A-Za-z0-9]+|shpss_[A-Za-z0-9]+"), "[secret]"),
    (re.compile(r"\+\d{7,15}\b"), "[phone]"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"), "[email]"),
    # A row in PostgreSQL's own words, to the end of its line.
    (re.compile(r"Failing row contains .*"), "[row]"),
)

Event = MutableMapping[str, Any]


def configure(level: str) -> None:
    """Send everything that is logged, ours and the libraries', to stderr as JSON lines."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These tell every request and every connection, with URLs and bodies, or every plugin they load.
    for name in (
        "alembic.runtime.plugins",
        "urllib3",
        "kombu",
        "amqp",
        "sqlalchemy.engine",
        "pyactiveresource",
    ):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Replace what must not be in a log, by the name it has and by the shape it has."""
    for name, value in event.items():
        event[name] = "[redacted]" if name != "event" and _FORBIDDEN.search(name) else struck_out(value)
    return event


def struck_out(value: Any) -> Any:
    """Return a value without what is shaped like a secret or a person, at any depth, or has a forbidden name."""
    if isinstance(value, str):
        for shape, instead in _STRUCK_OUT:
            value = shape.sub(instead, value)
    elif isinstance(value, dict):
        return {
            name: "[redacted]" if _FORBIDDEN.search(str(name)) else struck_out(inner)
            for name, inner in value.items()
        }
    elif isinstance(value, list | tuple):
        return [struck_out(inner) for inner in value]
    return value
