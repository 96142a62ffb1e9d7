"""The clients that the guide prints, run as they are printed: only address and key are ours."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.documents import blocks

PRINTED_URL = "https://api.jafarshop.com/v1"
STAND_INS = Path(__file__).parent / "stand_ins"


def sample(language: str, beginning: str, url: str) -> str:
    """Return the printed program of a language, with our address in it."""
    (program,) = [block for block in blocks("partner-guide.md", language) if block.startswith(beginning)]
    assert PRINTED_URL in program
    return program.replace(PRINTED_URL, f"{url}/v1")


def run(command: list[str], account, **environment: str) -> str:
    result = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "JAFARSHOP_API_KEY": account.key, **environment},  # noqa: TID251
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not on this machine")
    return found


def the_order(api, account) -> str:
    """Return the id of the one order that the sample made, read back over the API."""
    (order,) = api.get("/v1/admin/orders", account).json["orders"]
    shown = api.get(f"/v1/orders/{order['id']}", account).json
    assert (shown["partner_order_id"], shown["cart_total"]) == ("ORDER-2024-001", 69.78)
    assert shown["items"][0]["is_supplier_item"]
    return order["id"]


def test_the_curl_sample(api, account, tmp_path):
    needs("curl")
    program = sample("bash", "curl -X POST", api.url).replace("your-api-key-here", account.key)
    # Not every machine has uuidgen; the sample only wants a new value.
    (tmp_path / "uuidgen").write_text(f"#!/bin/sh\n{sys.executable} -c 'import uuid; print(uuid.uuid4())'\n")
    (tmp_path / "uuidgen").chmod(0o755)

    out = run(["/bin/sh", "-c", program], account, PATH=f"{tmp_path}:{os.environ['PATH']}")  # noqa: TID251

    assert the_order(api, account) in out


def test_the_python_sample(api, account):
    out = run([sys.executable, "-c", sample("python", "import requests", api.url)], account)

    assert out == f"Order created: {the_order(api, account)}\n"


@pytest.fixture(scope="module")
def axios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Node finds the real axios, installed with npm; skips where npm or its registry is not there."""
    folder = tmp_path_factory.mktemp("axios")
    install = [needs("npm"), "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    impatient = ["--fetch-retries=0", "--fetch-timeout=10000", "--prefix", str(folder), "axios@1.7.9"]
    try:
        subprocess.run([*install, *impatient], capture_output=True, timeout=90, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as problem:
        pytest.skip(f"npm cannot install axios: {problem}")
    return folder / "node_modules"


def run_javascript(api, account, folder: Path, modules: Path) -> "subprocess.CompletedProcess[str]":
    program = folder / "sample.js"
    program.write_text(sample("javascript", "const axios", api.url))
    return subprocess.run(
        [needs("node"), str(program)],
        env={"JAFARSHOP_API_KEY": account.key, "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_javascript_sample(api, account, tmp_path):
    result = run_javascript(api, account, tmp_path, STAND_INS)

    assert result.stdout == f"Order created: {the_order(api, account)}\n", result.stderr


def test_the_javascript_sample_with_the_real_axios(api, account, tmp_path, axios):
    result = run_javascript(api, account, tmp_path, axios)

    assert result.stdout == f"Order created: {the_order(api, account)}\n", result.stderr


def test_the_stand_in_of_axios_fails_as_axios_does(api, account, tmp_path, axios):
    """A refusal reaches the sample as `error.response`, with the same status and the same parsed body."""
    unknown = replace(account, key="jbk_live_nobody")

    said = [
        run_javascript(api, unknown, tmp_path, modules).stderr.splitlines()[:1]
        for modules in (STAND_INS, axios)
    ]

    assert said[0] == said[1]
    assert said[0][0].startswith("API Error: 401 {")


def test_the_php_sample(api, account, tmp_path):
    php = needs("php")
    program = tmp_path / "sample.php"
    program.write_text(sample("php", "<?php", api.url))

    out = run([php, str(program)], account)

    assert f"Order created: {the_order(api, account)}" in out


def test_a_sample_that_is_run_again_makes_no_second_order(api, account):
    """The guide's samples make a new key for each attempt, so the key alone would not stop a double."""
    command = [sys.executable, "-c", sample("python", "import requests", api.url)]

    first, second = run(command, account), run(command, account)

    assert first == second
    the_order(api, account)
