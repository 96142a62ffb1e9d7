"""A worker that could do nothing does not start, and says why."""

import subprocess
import sys

from local.environment import SHOP, base_environment


def test_a_worker_without_its_settings_ends_with_all_that_is_wrong():
    """It would take messages from workers that can, and fail with each of them."""
    env = base_environment(
        REDIS_URL="redis://127.0.0.1:1", DATABASE_URL="postgresql://u:secret@[::1", SHOPIFY_SHOP=SHOP
    )

    said = subprocess.run(
        [sys.executable, "-m", "celery", "--app", "celery_app", "worker"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert said.returncode == 1
    problems = [line.partition(":")[0].strip() for line in said.stderr.splitlines() if line.startswith("  ")]
    assert problems == [
        "SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET",
        "DATABASE_URL",
    ]
    assert "secret" not in said.stderr + said.stdout
