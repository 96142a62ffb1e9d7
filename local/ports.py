"""Where the processes of one machine listen: free ports on the loopback."""

import random
import socket
from pathlib import Path

_DRAW = random.SystemRandom()  # Tests that seed `random` would draw the same ports at once.
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 15_000, 32_000


def free_port(preferred: int | None = None) -> int:
    """Find a TCP port of 127.0.0.1 on which nothing listens.

    A port from the kernel's own range could be taken, between here and the bind, by any
    connection that somebody opens; so this one comes from below that range. While this process
    lives nobody else who asks here gets it, so that a server finds it free whenever it starts.

    :param preferred: the port of the last run, taken again when it is free
    :raises OSError: no free port in 500 tries
    """
    ephemeral = _ephemeral_ports()
    candidates = (_DRAW.randrange(_LOWEST, _HIGHEST) for _ in range(500))
    for port in [preferred, *candidates]:
        if port is None or (port in ephemeral and port != preferred):
            continue
        if is_free(port) and _claim(port):
            return port
    raise OSError("no free TCP port on 127.0.0.1 in 500 tries")


def is_free(port: int) -> bool:
    """Say whether nothing listens on a port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _claim(port: int) -> bool:
    """Take the UDP port of this number, which nobody needs, and leave it open: the kernel frees it when we end."""
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def _ephemeral_ports() -> range:
    try:
        first, last = map(int, _EPHEMERAL.read_text().split())
    except (OSError, ValueError):  # Not Linux: IANA's range.
        return range(49_152, 65_536)
    # A machine may have widened the range over ours; then a collision is rare and a start fails.
    return range(first, last + 1) if first > _LOWEST + 1_000 else range(0)
