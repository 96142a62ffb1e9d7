"""What a worker process has: one database, one shop, made after the fork and on first use."""

import functools
import os
from dataclasses import dataclass
from typing import Any

import structlog
from celery import Task
from celery.signals import celeryd_init, setup_logging, task_postrun, task_prerun

from bridge import failpoints
from bridge.db import Database
from bridge.domain.errors import BridgeError
from bridge.domain.shop import Shop
from bridge.doorbell import Doorbell
from bridge.jobs import DISPATCH
from bridge.services import due_work
from bridge.services.defects import Defect, count_aside
from bridge.shopify import open_shop
from celery_app import app
from config import logging as log_config
from config import sentry
from config import settings as config
from config.celery import MESSAGES_EXPIRE_SECONDS

_NEEDS = (config.DATABASE, config.REDIS, config.SHOPIFY)


@dataclass(frozen=True, slots=True)
class Runtime:
    db: Database
    shop: Shop
    settings: config.Settings


def get_runtime() -> Runtime:
    """Return this process's own runtime."""
    return _runtime_of(os.getpid())


@functools.cache
def _runtime_of(_pid: int) -> Runtime:
    settings = config.load(*_NEEDS)
    failpoints.arm(settings.failpoint)
    # Work that asks for work, as a webhook that asks for a read, rings like everybody else.
    doorbell = Doorbell(lambda: app.send_task(DISPATCH, expires=MESSAGES_EXPIRE_SECONDS))
    db = Database(
        settings.database_url,
        ring=doorbell.ring,
        lock_url=settings.database_lock_url,
        pool_size=2,
        application_name="bridge worker",
    )
    shop = open_shop(settings, throttled=lambda: count_aside(db, Defect.SHOPIFY_THROTTLED))
    return Runtime(db=db, shop=shop, settings=settings)


class BridgeTask(Task):  # type: ignore[misc]  # Celery has no types
    """A task whose unexpected death is kept on its row, where `work list` shows it."""

    # What services raise on purpose is recorded already: a failed task in Flower, no traceback in the log.
    throws = (BridgeError,)

    def on_failure(
        self, exc: BaseException, _task_id: str, _args: Any, kwargs: dict[str, Any], _info: Any
    ) -> None:
        with get_runtime().db.transaction() as session:
            due_work.note_crash(session, self.name, error=f"{type(exc).__name__}: {exc}"[:500], **kwargs)


@setup_logging.connect
def _configure_logging(**_: object) -> None:
    log_config.configure(config.load().log_level)


# Otherwise such a worker would take others' messages for as long as it lives, and fail with each of them.
@celeryd_init.connect
def _stop_without_settings(**_: object) -> None:
    """End the process, with one list of what is wrong.

    :raises SystemExit: Celery would only log any other error of a signal's receiver
    """
    try:
        config.load(*_NEEDS)
    except config.SettingsError as error:
        raise SystemExit(str(error)) from None


# Before the pool is forked and the tasks are wrapped: later, Sentry would hear of no failed task.
@celeryd_init.connect
def _configure_sentry(**_: object) -> None:
    sentry.configure(config.load().sentry_dsn)


@task_prerun.connect
def _bind(task_id: str, task: Task, kwargs: dict[str, Any], **_: object) -> None:
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name, **kwargs)


@task_postrun.connect
def _unbind(**_: object) -> None:
    structlog.contextvars.clear_contextvars()
