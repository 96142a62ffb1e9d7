"""The only reader of the environment: what each process needs, checked at its start, all problems in one list."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from os import environ  # noqa: TID251  the one place that may
from urllib.parse import urlsplit

from environs import Env, EnvValidationError, validate

from bridge import failpoints
from bridge.domain.stock import MAX_BUFFER
from config import addresses

_positive = validate.Range(min=1)
_hours = validate.Range(min=0, max=24 * 365)
_buffer = validate.Range(min=0, max=MAX_BUFFER)

# What a command uses decides what it checks; "everything" is for the long-running processes.
DATABASE = "database"
REDIS = "redis"
SHOPIFY = "shopify"
WEBHOOKS = "webhooks"
KEYS = "keys"
SESSIONS = "sessions"
EVERYTHING = (DATABASE, REDIS, SHOPIFY, WEBHOOKS, KEYS, SESSIONS)


class SettingsError(Exception):
    """`problems` is one sentence per variable that is missing or malformed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("the environment is not complete:\n" + "\n".join(f"  {p}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, repr=False)  # No repr: it holds every secret there is.
class Settings:
    database_url: str
    database_lock_url: str
    redis_url: str
    shopify_shop: str
    shopify_admin_url: str
    shopify_api_version: str
    shopify_access_token: str
    shopify_client_id: str
    shopify_client_secret: str
    shopify_webhook_secrets: tuple[str, ...]
    shopify_location_id: int | None
    bridge_public_url: str
    api_key_pepper: str
    secret_key: str
    sentry_dsn: str
    log_level: str
    # Requests per second and burst of one partner (decision 26).
    rate_per_second: int
    rate_burst: int
    # How long a draft whose outcome is unknown may still appear (decision 31).
    unknown_grace_seconds: int
    # Total time one call to Shopify may take, connect included.
    shopify_timeout_seconds: int
    # Longer than any call plus the waits inside it; checked here (decision 61).
    lease_seconds: int
    # Age at which an inventory observation is flagged (decision 57d).
    stock_stale_after_seconds: int
    # Units of each item that are not sold, where neither the item nor the partner has a number of its own.
    stock_buffer: int
    # How long an order waits for its confirmation before it is canceled; 0: for ever (decision 23).
    confirm_within_hours: int
    # How long a draft that waits for its confirmation holds its units in the shop; 0: it does not.
    hold_hours: int
    inventory_sync_seconds: int
    # With more items than this a sync reads a bulk operation instead of pages (ADR 0012).
    inventory_bulk_above: int
    # How often what was missed is made up for (decision 55).
    reconcile_seconds: int
    dispatch_seconds: int
    # Close lines that are not ours once ours have shipped (decision 41).
    close_custom_lines: bool
    database_pool_size: int
    # How long a client may send nothing in the middle of a request before its thread is taken from it.
    client_patience_seconds: int
    # How long a request may use its connection before the web process answers 503; longer than a twin waits.
    database_patience_seconds: int
    worker_concurrency: int
    # Where the web processes of one machine share their counts; empty: this process counts for itself.
    metrics_folder: str
    # Where a test breaks this process: name:mode[:times] (bridge/failpoints.py); never beside a real shop.
    failpoint: str


_REQUIRED: Mapping[str, tuple[str, ...]] = {
    DATABASE: ("DATABASE_URL",),
    REDIS: ("REDIS_URL",),
    SHOPIFY: ("SHOPIFY_SHOP",),
    WEBHOOKS: (),
    KEYS: ("API_KEY_PEPPER",),
    SESSIONS: ("SECRET_KEY",),
}


def load(*needs: str, source: Mapping[str, str] | None = None) -> Settings:
    """Read the settings, checking that what `needs` names is there and that everything set is well-formed.

    :raises SettingsError: with every problem, not the first
    """
    variables = environ if source is None else source
    env = _Reader(variables)
    settings = Settings(
        database_url=_sqlalchemy_url(env.str("DATABASE_URL", "")),
        database_lock_url=_sqlalchemy_url(env.str("DATABASE_LOCK_URL", "") or env.str("DATABASE_URL", "")),
        redis_url=env.str("REDIS_URL", ""),
        shopify_shop=env.str("SHOPIFY_SHOP", ""),
        shopify_admin_url=(
            env.str("SHOPIFY_ADMIN_URL", "") or f"https://{env.str('SHOPIFY_SHOP', '')}"
        ).rstrip("/"),
        shopify_api_version=env.str("SHOPIFY_API_VERSION", "2026-07"),
        shopify_access_token=env.str("SHOPIFY_ACCESS_TOKEN", ""),
        shopify_client_id=env.str("SHOPIFY_CLIENT_ID", ""),
        shopify_client_secret=env.str("SHOPIFY_CLIENT_SECRET", ""),
        shopify_webhook_secrets=_webhook_secrets(env),
        shopify_location_id=env.int("SHOPIFY_LOCATION_ID", None),
        bridge_public_url=env.str("BRIDGE_PUBLIC_URL", "").rstrip("/"),
        api_key_pepper=env.str("API_KEY_PEPPER", ""),
        secret_key=env.str("SECRET_KEY", ""),
        sentry_dsn=env.str("SENTRY_DSN", ""),
        log_level=env.str("LOG_LEVEL", "INFO").upper(),
        rate_per_second=env.int("RATE_PER_SECOND", 100, validate=_positive),
        rate_burst=env.int("RATE_BURST", 400, validate=_positive),
        unknown_grace_seconds=env.int("UNKNOWN_GRACE_SECONDS", 120, validate=_positive),
        shopify_timeout_seconds=env.int("SHOPIFY_TIMEOUT_SECONDS", 20, validate=_positive),
        lease_seconds=env.int("LEASE_SECONDS", 120, validate=_positive),
        stock_stale_after_seconds=env.int("STOCK_STALE_AFTER_SECONDS", 6 * 3600, validate=_positive),
        stock_buffer=env.int("STOCK_BUFFER", 0, validate=_buffer),
        confirm_within_hours=env.int("CONFIRM_WITHIN_HOURS", 0, validate=_hours),
        hold_hours=env.int("HOLD_HOURS", 0, validate=_hours),
        inventory_sync_seconds=env.int("INVENTORY_SYNC_SECONDS", 600, validate=_positive),
        inventory_bulk_above=env.int("INVENTORY_BULK_ABOVE", 25_000, validate=_positive),
        reconcile_seconds=env.int("RECONCILE_SECONDS", 900, validate=_positive),
        dispatch_seconds=env.int("DISPATCH_SECONDS", 5, validate=_positive),
        close_custom_lines=env.bool("CLOSE_CUSTOM_LINES", True),
        database_pool_size=env.int("DATABASE_POOL_SIZE", 5, validate=_positive),
        client_patience_seconds=env.int("CLIENT_PATIENCE_SECONDS", 10, validate=_positive),
        database_patience_seconds=env.int("DATABASE_PATIENCE_SECONDS", 8, validate=_positive),
        worker_concurrency=env.int("WORKER_CONCURRENCY", 4, validate=_positive),
        metrics_folder=env.str("PROMETHEUS_MULTIPROC_DIR", ""),
        failpoint=env.str("BRIDGE_FAILPOINT", ""),
    )
    problems = [f"{name}: {', '.join(why)}" for name, why in _malformed(env)]
    problems += _missing(needs, variables)
    problems += _inconsistent(settings, needs)
    if problems:
        raise SettingsError(problems)
    return settings


class _Reader(Env):
    """Reads one mapping and nothing else; an empty variable is an absent one, since not every host can unset."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(eager=False)  # Collects problems instead of stopping at the first.
        self._given = {name: value for name, value in variables.items() if value.strip()}

    def _get_value(self, env_key: str, default: object) -> object:
        return self._given.get(env_key, default)


def _malformed(env: _Reader) -> list[tuple[str, list[str]]]:
    try:
        env.seal()
    except EnvValidationError as error:
        return [(name, list(map(str, why))) for name, why in error.error_messages.items()]
    return []


def _missing(needs: tuple[str, ...], variables: Mapping[str, str]) -> list[str]:
    def unset(name: str) -> bool:
        return not variables.get(name, "").strip()

    problems = [f"{name}: missing" for need in needs for name in _REQUIRED[need] if unset(name)]
    if (
        SHOPIFY in needs
        and unset("SHOPIFY_ACCESS_TOKEN")
        and (unset("SHOPIFY_CLIENT_ID") or unset("SHOPIFY_CLIENT_SECRET"))
    ):
        problems.append("SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET: missing")
    return problems


def _inconsistent(settings: Settings, needs: tuple[str, ...]) -> list[str]:
    problems = _no_addresses(settings, needs)
    if WEBHOOKS in needs and not settings.shopify_webhook_secrets:
        problems.append("SHOPIFY_WEBHOOK_SECRETS or SHOPIFY_CLIENT_SECRET: missing")
    if settings.log_level not in logging.getLevelNamesMapping():
        problems.append("LOG_LEVEL: must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    if (
        SHOPIFY in needs
        and settings.shopify_shop
        and not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.myshopify\.com", settings.shopify_shop)
    ):
        problems.append("SHOPIFY_SHOP: must look like name.myshopify.com")
    if not re.fullmatch(r"\d{4}-\d{2}|unstable", settings.shopify_api_version or ""):
        problems.append("SHOPIFY_API_VERSION: must look like 2026-07")
    # An attempt may wait up to 10 s for the rate budget and make two calls before it records.
    if (settings.lease_seconds or 0) <= 2 * (settings.shopify_timeout_seconds or 0) + 10:
        problems.append(
            "LEASE_SECONDS: must be longer than two calls of SHOPIFY_TIMEOUT_SECONDS plus 10 s of waiting"
        )
    return problems + _misplaced(settings)


def _no_addresses(settings: Settings, needs: tuple[str, ...]) -> list[str]:
    """Name what is set and is no address; without its value, which may hold a password."""
    database = "must look like postgresql://user:password@host:5432/name"
    redis = "must look like redis://host:6379/0, or rediss://"
    web = "must look like https://host"
    # What was not set is what it stands for, and was judged as that.
    lock_url = "" if settings.database_lock_url == settings.database_url else settings.database_lock_url
    is_the_shop = settings.shopify_admin_url == f"https://{settings.shopify_shop}"
    admin_url = "" if is_the_shop else settings.shopify_admin_url
    judged = (
        (DATABASE, "DATABASE_URL", settings.database_url, addresses.is_database, database),
        (DATABASE, "DATABASE_LOCK_URL", lock_url, addresses.is_database, database),
        (REDIS, "REDIS_URL", settings.redis_url, addresses.is_redis, redis),
        (SHOPIFY, "SHOPIFY_ADMIN_URL", admin_url, addresses.is_web, web),
        (WEBHOOKS, "BRIDGE_PUBLIC_URL", settings.bridge_public_url, addresses.is_web, web),
        (WEBHOOKS, "SENTRY_DSN", settings.sentry_dsn, addresses.is_dsn, "must be a DSN of Sentry's"),
    )
    return [
        f"{name}: {rule}"
        for need, name, url, is_one, rule in judged
        if need in needs and url and not is_one(url)
    ]


def _misplaced(settings: Settings) -> list[str]:
    """Refuse to break anything on purpose where the orders are real."""
    problem = failpoints.problem_of(settings.failpoint)
    if not problem and settings.failpoint and not _is_loopback(settings.shopify_admin_url):
        problem = "only beside a simulator, with a SHOPIFY_ADMIN_URL on this machine"
    return [f"BRIDGE_FAILPOINT: {problem}"] if problem else []


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _webhook_secrets(env: _Reader) -> tuple[str, ...]:
    listed = tuple(s.strip() for s in env.str("SHOPIFY_WEBHOOK_SECRETS", "").split(",") if s.strip())
    secret = env.str("SHOPIFY_CLIENT_SECRET", "")
    return listed or ((secret,) if secret else ())


def _sqlalchemy_url(url: str) -> str:
    """Return the URL with the driver named; `postgres://` is what several hosts hand out."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", url)
