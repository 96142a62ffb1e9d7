"""`python -m simulator` as a process of its own."""

import base64
import hashlib
import hmac
import subprocess
import sys

import requests

from local import programs
from local.environment import base_environment
from local.ports import free_port
from tests.simulator.listening import Inbox
from tests.support.processes import running
from tests.support.waiting import await_until


def test_an_address_that_no_webhook_could_go_to_is_refused_at_the_start():
    done = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", "0", "--webhooks-to", "http://example.com"],
        capture_output=True, text=True, timeout=60, check=False,
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
            requests.post(f"http://127.0.0.1:{port}/__storefront_order", json={}, timeout=60)
            await_until(lambda: inbox.letters)
            process.terminate()
            assert process.wait(timeout=60) == 0


def test_any_secret_that_a_stack_draws_signs_its_webhooks(tmp_path):
    """One in sixty-four begins with a dash, as an option does."""
    secret, port = "-3Jx_--secret=k", free_port()
    url = f"http://127.0.0.1:{port}"
    with Inbox() as inbox:
        process = programs.simulator(
            base_environment(), port=port, secret=secret, log=tmp_path / "log", webhooks_to=inbox.url
        )
        process.start()
        with running(process):
            process.wait_until(programs.answers_at(f"{url}/healthz"), seconds=90)
            requests.post(f"{url}/__storefront_order", json={}, timeout=60)
            await_until(lambda: inbox.letters)

    letter = inbox.letters[0]
    signature = base64.b64encode(hmac.digest(secret.encode(), letter.raw, hashlib.sha256)).decode()
    assert letter.headers["x-shopify-hmac-sha256"] == signature
