"""The Celery app: settings from config.celery, tasks found by name. Imports no bridge code."""

from celery import Celery

app = Celery("bridge")
app.config_from_object("config.celery")
