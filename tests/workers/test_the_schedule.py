"""Beat rings for names; each of them is a task that a worker knows."""

import subprocess
import sys

from local.environment import SHOP, base_environment

_SCRIPT = """
from celery_app import app
app.loader.import_default_modules()
for entry in app.conf.beat_schedule.values():
    assert entry["task"] in app.tasks, entry
    print(entry["task"])
"""


def test_beat_rings_only_for_what_a_worker_can_do():
    env = base_environment(
        REDIS_URL="redis://127.0.0.1:1", DATABASE_URL="postgresql://127.0.0.1:1/a", SHOPIFY_SHOP=SHOP
    )

    said = subprocess.run(
        [sys.executable, "-c", _SCRIPT], env=env, capture_output=True, text=True, check=False, timeout=100
    )

    assert said.returncode == 0, said.stderr
    assert {"work.dispatch", "work.heartbeat", "inventory.sync"} <= set(said.stdout.split())
