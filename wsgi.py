"""The web process: settings, the app, and the doorbell that rings the workers after a commit."""

from bridge import failpoints
from bridge.api.app import create_app
from bridge.doorbell import Doorbell
from bridge.jobs import DISPATCH
from celery_app import app as celery
from config import logging, sentry, settings
from config.celery import MESSAGES_EXPIRE_SECONDS

config = settings.load(*settings.EVERYTHING)
logging.configure(config.log_level)
sentry.configure(config.sentry_dsn)
failpoints.arm(config.failpoint)
doorbell = Doorbell(
    lambda: celery.send_task(DISPATCH, expires=MESSAGES_EXPIRE_SECONDS, retry=False),
    failed=lambda: app.extensions["bridge"].metrics.ring_failed(),
)
app = create_app(config, ring=doorbell.ring)
