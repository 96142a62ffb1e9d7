"""Where a cluster lies: in the folder of its stack, or where its account can reach it."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from local.account import Account

_PREFIX = "jafarshop-postgres-"
_OWNER = "belongs-to"


def make_home(folder: Path, account: Account | None) -> Path:
    """Return the folder that holds the cluster of `folder`: mode 0700, its account's, made once.

    Where the account cannot enter `folder` (a checkout in /root) the home lies outside, and
    `folder` remembers where. No permission of a folder that was there before is changed.

    :raises RuntimeError: there is no place that the account can reach
    """
    folder.mkdir(parents=True, exist_ok=True)
    if known := homes(folder, account):
        return known[0]
    if account is None or account.can_enter(folder):
        inside = folder / "home"
        inside.mkdir(mode=0o700)
        if account:
            os.chown(inside, account.uid, account.gid)
        return inside
    outside = _make_outside(account)
    _pointer(folder).write_text(str(outside))
    (outside / _OWNER).write_text(str(folder))  # Last: a home without it is being made.
    return outside


def homes(folder: Path, account: Account | None) -> list[Path]:
    """Return the folder that holds the cluster of `folder`; empty when there is none of ours."""
    candidates = (*_named_by(folder), folder / "home")
    return [home for home in candidates if _belongs_to(home, account)]


def _pointer(folder: Path) -> Path:
    return folder / "elsewhere"


def _make_outside(account: Account) -> Path:
    for parent in (Path("/var/lib"), Path(tempfile.gettempdir())):
        _remove_abandoned(parent)
        try:
            made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        except OSError:
            continue
        os.chown(made, account.uid, account.gid)
        if account.can_enter(made):
            return made
        made.rmdir()
    raise RuntimeError(f"no folder for a database that {account.name} can reach")


def _remove_abandoned(parent: Path) -> None:
    """Remove the homes of folders that are gone or lie elsewhere now: `rm -r var` cannot."""
    for home in parent.glob(f"{_PREFIX}*"):
        owner = home / _OWNER
        with contextlib.suppress(OSError):
            if owner.exists() and home not in _named_by(Path(owner.read_text())):
                shutil.rmtree(home)


def _named_by(folder: Path) -> list[Path]:
    pointer = _pointer(folder)
    return [Path(pointer.read_text())] if pointer.exists() else []


def _belongs_to(folder: Path, account: Account | None) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return folder.is_dir() and found.st_uid == (account.uid if account else os.geteuid())
