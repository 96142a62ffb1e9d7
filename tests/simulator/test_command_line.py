"""`python -m simulator` as a process of its own."""

import subprocess
import sys

import requests

from local.ports import free_port
from tests.simulator.listening import Inbox
from tests.support.waiting import await_until


def test_an_address_that_no_webhook_could_go_to_is_refused_at_the_start():
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", "0", "--webhooks-to", "http://example.com"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "Address protocol http:// is not supported" in done.stderr


def test_it_stops_while_somebody_keeps_its_webhooks_waiting():
    """A listener that does not answer delays the end by the five seconds it may take, no more."""
    port = free_port()
    with Inbox() as inbox:
        inbox.delay_seconds = 2
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--port", str(port), "--webhooks-to", inbox.url],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            assert process.stdout is not None
            assert f"http://127.0.0.1:{port}" in process.stdout.readline()
            requests.post(f"http://127.0.0.1:{port}/__storefront_order", json={}, timeout=10)
            await_until(lambda: inbox.letters)
            process.terminate()
            assert process.wait(timeout=10) == 0
