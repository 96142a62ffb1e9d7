"""Whether what is set as an address is one, so that a slip of the pen stops the start and not the first order."""

from urllib.parse import urlsplit

from sentry_sdk.utils import BadDsn, Dsn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_MAX_PORT = 65535


def is_database(url: str) -> bool:
    """Tell whether SQLAlchemy would reach PostgreSQL by it with our driver; no host is a socket of this machine."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):  # The second for a port that is no number.
        return False
    return parts.drivername == "postgresql+psycopg2" and (parts.port is None or 0 < parts.port <= _MAX_PORT)


def is_redis(url: str) -> bool:
    return _is_url(url, "redis", "rediss")


def is_web(url: str) -> bool:
    return _is_url(url, "http", "https")


def is_dsn(text: str) -> bool:
    """Tell whether Sentry would take it."""
    try:
        Dsn(text)
    except (BadDsn, ValueError):
        return False
    return True


def _is_url(url: str, *schemes: str) -> bool:
    """Tell whether it names a scheme of these, a host and, if any, a port that there is."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # A bracket that is never closed, a port that is none.
        return False
