"""An ordinary user with a clone of their own: no root, and where it is so, not even a name."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import psutil
import pytest

from local.account import Account
from local.environment import base_environment
from local.programs import ROOT
from tests.support.stacks import are_gone, running_stack
from tests.support.waiting import await_until

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else"),
    pytest.mark.timeout(300),  # A whole stack, perhaps on a busy machine.
]

_NOT_CLONED = shutil.ignore_patterns(".*", "var", "__pycache__", "node_modules", "tests")
USERS = (Account("nobody", 65534, 65534), Account("a uid without a name", 54321, 54321))


@pytest.fixture(params=USERS, ids=lambda user: user.name.replace(" ", "-"))
def user(request):
    return request.param


@pytest.fixture
def clone(user):
    """A clone that belongs to the user."""
    around = Path(tempfile.mkdtemp(prefix="jafarshop-clone-"))
    around.chmod(0o755)
    made = around / "clone"
    shutil.copytree(ROOT, made, ignore=_NOT_CLONED)
    for path in (around, made, *made.rglob("*")):
        os.chown(path, user.uid, user.gid)
    yield made
    shutil.rmtree(around)


@pytest.fixture
def python(user):
    """A Python that the user can execute, with what is installed here."""
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib"), "HOME": "/nonexistent"}
    for interpreter in (sys.executable, "/usr/bin/python3"):
        if user.can_run(Path(interpreter)) and _version(interpreter) == _version(sys.executable):
            return interpreter, libraries
    pytest.skip(f"{user.name} can execute no Python {_version(sys.executable)} here")


def _version(interpreter: str) -> str:
    script = "import sys; print(sys.version_info[:2])"
    return subprocess.check_output([interpreter, "-c", script], text=True)


def test_the_whole_stack_runs_without_root(user, clone, python):
    interpreter, libraries = python
    become = ("setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", "--clear-groups", interpreter)

    with running_stack(clone / "var", env=libraries, command=become, cwd=clone) as stack:
        everything = stack.processes()
        assert {process.uids().real for process in everything} == {user.uid}
        assert stack.submit("ORDER-1").status_code == 200
        await_until(lambda: "ORDER-1" in str(stack.drafts()))

        assert stack.stop() == 0

    assert are_gone(everything, seconds=0)
    assert [process for process in psutil.process_iter() if _is_in(process, clone)] == []


def _is_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False


def test_a_folder_that_cannot_be_written_is_reported_in_a_sentence(user, clone, python):
    interpreter, libraries = python
    become = ("setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", "--clear-groups", interpreter)

    done = subprocess.run(
        [*become, "-m", "local", "up", "--data", "/root/not-ours"],
        cwd=clone,
        env=base_environment(**libraries),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert "Permission denied" in done.stderr
    assert "Traceback" not in done.stderr
