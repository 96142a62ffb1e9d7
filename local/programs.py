"""How each process of the bridge is started on one machine: by `up`, the demo and the tests."""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from local.process import Process

ROOT = Path(__file__).resolve().parent.parent


def simulator(
    env: Mapping[str, str],
    *,
    port: int,
    secret: str,
    log: Path,
    webhooks_to: str | None = None,
    data: Path | None = None,
    catalog: Path | None = None,
) -> Process:
    """A Shopify store on localhost.

    :param data: where it keeps its state between two runs; None: it forgets
    """
    wanted = {
        "port": port,
        "secret": secret,
        "webhooks-to": webhooks_to,
        "data": data,
        "catalog": catalog,
    }
    # One word each: a secret may begin with a dash.
    options = [f"--{name}={value}" for name, value in wanted.items() if value is not None]
    return _python("simulator", ["simulator", *options], env, log)


def web(env: Mapping[str, str], *, port: int, log: Path, app: str = "wsgi:app") -> Process:
    """The HTTP side; TERM lets requests in flight end."""
    arguments = ["gunicorn", "--config", "python:config.gunicorn", "--bind", f"127.0.0.1:{port}"]
    return _python("web", [*arguments, app], env, log)


def worker(env: Mapping[str, str], *, log: Path, name: str = "worker") -> Process:
    """A Celery worker for every queue; TERM lets tasks in flight end."""
    arguments = ["worker", "--hostname", f"{name}@%h", "--loglevel", "INFO"]
    return _celery(name, arguments, env, log)


def beat(env: Mapping[str, str], *, log: Path, schedule: Path) -> Process:
    """The clock.

    :param schedule: the file in which Celery remembers when it rang last
    """
    arguments = ["beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO"]
    return _celery("beat", arguments, env, log)


def flower(env: Mapping[str, str], *, port: int, log: Path) -> Process:
    """A window on the workers, for whoever sits at this machine."""
    # Its API asks for a password otherwise, and on the loopback its pages do not either.
    environment = {**env, "FLOWER_UNAUTHENTICATED_API": "true"}
    arguments = ["flower", "--address=127.0.0.1", f"--port={port}"]
    return _celery("flower", arguments, environment, log)


def answers_at(url: str, *, status: int = 200) -> Callable[[], bool]:
    """Return a condition: GET `url` answers with this status."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                return answer.status == status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code == status
        except OSError:
            return False

    return answers


def says(process: Process, words: str) -> Callable[[], bool]:
    """Return a condition: the process wrote these words to its log since this call."""
    start = process.log.stat().st_size if process.log.exists() else 0

    def said() -> bool:
        if not process.log.exists():
            return False
        with process.log.open("rb") as file:
            file.seek(start)
            return words.encode() in file.read()

    return said


def _python(name: str, arguments: list, env: Mapping[str, str], log: Path) -> Process:
    return Process(name, [sys.executable, "-m", *arguments], env=env, log=log, cwd=ROOT)


def _celery(name: str, arguments: list[str], env: Mapping[str, str], log: Path) -> Process:
    return _python(name, ["celery", "--app", "celery_app", *arguments], env, log)
