"""Whose processes they are: PostgreSQL refuses to run as root, so there it gets another account."""

import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWUSER = 0x10000000

# `nobody` is on every system; an account named `postgres` may own another database.
_CANDIDATES = ("nobody", "daemon", "bin")


@dataclass(frozen=True)
class Account:
    """An account other than ours that a child process runs as."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> dict:
        """Return what `subprocess` wants to start a process as this account, without our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Say whether the account can work in a folder: asked of the kernel, not computed."""
        return self._succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """Say whether the account can execute a program that knows `--version`."""
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, argv: list[str]) -> bool:
        try:
            done = subprocess.run(
                argv,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                **self.popen_arguments(),
            )
        except OSError:
            return False
        return done.returncode == 0


def account_for_postgres() -> Account | None:
    """Return the account that PostgreSQL runs as, None for our own.

    No account is created: any that exists and is not root will do.

    :raises RuntimeError: we are root and the system has no other account
    """
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    for name in (*_CANDIDATES, *known):
        if name in known:
            return Account(name=name, uid=known[name].pw_uid, gid=known[name].pw_gid)
    raise RuntimeError("PostgreSQL refuses to run as root and there is no other account")


def with_a_name() -> Callable[[], None] | None:
    """Return what a child does before it runs so that its account has a name, None if it has.

    `initdb` insists on one, and a container that is started with a bare uid has none. Linux
    lets a process see itself as another uid, in a user namespace of its own; where that is
    forbidden `initdb` says what it misses.
    """
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        named = min(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)
    else:
        return None
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    uid, gid = os.geteuid(), os.getegid()

    def in_child() -> None:
        if libc.unshare(_CLONE_NEWUSER) == 0:
            for file, line in (
                ("setgroups", "deny"),
                ("uid_map", f"{named} {uid} 1"),
                ("gid_map", f"{gid} {gid} 1"),
            ):
                with open(f"/proc/self/{file}", "w") as opened:
                    opened.write(line)

    return in_child
