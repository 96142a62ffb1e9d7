"""The rules of the house that import-linter cannot check."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("bridge", "workers", "schemas", "config")
MAX_LINES = 300


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported_names(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_no_product_module_is_over_300_lines():
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in modules(*PRODUCT)
        if "migrations/versions" not in str(path)
        and (lines := len(path.read_text().splitlines())) > MAX_LINES
    }

    assert too_long == {}


def test_the_celery_app_imports_no_bridge_code():
    roots = {name.split(".")[0] for name in imported_names(ROOT / "celery_app.py")}

    assert roots <= {"celery"}


def test_the_web_process_imports_celery_for_the_doorbell_only():
    source = (ROOT / "wsgi.py").read_text()

    assert source.count("celery.") == source.count("celery.send_task")


def test_only_move_order_writes_the_status_of_an_order():
    assigns = re.compile(r"\border\.status\s*=[^=]|\.values\([^)]*\bstatus=", re.DOTALL)
    writers = {
        str(path.relative_to(ROOT))
        for path in modules("bridge", "workers")
        if assigns.search(path.read_text()) and "Order" in path.read_text()
    }

    # submit_cart inserts the first status; a key's `status` is an HTTP status.
    assert writers <= {"bridge/services/move_order.py", "bridge/services/submit_cart.py"}


def test_only_the_settings_read_the_environment():
    readers = {
        str(path.relative_to(ROOT))
        for path in modules(*PRODUCT)
        if re.search(r"\bos\.environ\b|\bgetenv\b|from os import.*environ", path.read_text())
    }

    assert readers <= {"config/settings.py"}


def test_tasks_are_doors():
    """A task is at most eight lines, takes unknown arguments, and holds no `try`."""
    bad = []
    for path in modules("workers"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef) or not _is_task(node):
                continue
            length = (node.body[-1].end_lineno or 0) - node.lineno + 1
            if length > 12 or node.args.kwarg is None or any(isinstance(n, ast.Try) for n in ast.walk(node)):
                bad.append(f"{path.name}:{node.name}")

    assert bad == []


def _is_task(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "task"
        for decorator in node.decorator_list
    )


@pytest.mark.parametrize("path", [p for p in modules(*PRODUCT) if p.stat().st_size], ids=str)
def test_every_module_opens_with_a_sentence(path: Path):
    if "versions" in path.parts:
        return

    assert ast.get_docstring(ast.parse(path.read_text())), f"{path} does not say what it decides"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_whatever_is_installed_is_pinned_with_its_hash(name: str):
    """pip then refuses everything that has none, and a file that is not the one that was looked at."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert len(entries) > 40
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+?)?\s+--hash=sha256:[0-9a-f]{64}", entry), (
            entry
        )


def test_what_the_service_imports_is_pinned_as_it_is_installed():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.txt": declared["dependencies"],
        "requirements-dev.txt": [*declared["dependencies"], *declared["optional-dependencies"]["dev"]],
    }

    for name, pins in wanted.items():
        installed = (ROOT / name).read_text().lower()
        assert [pin for pin in pins if f"\n{pin.lower()} " not in installed] == []
