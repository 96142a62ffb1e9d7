"""What an API key looks like, which part of it may be shown, and what is kept of it.

    jbk_<12 characters: the id, may be shown>_<43: a 256-bit secret><6: a checksum>

The checksum refuses typing errors without asking the database and lets scanners of leaked secrets be sure;
it protects nothing. Randomness comes in as an argument.
"""

import hashlib
import hmac
import re
import zlib
from enum import StrEnum

ID_BYTES = 9
SECRET_BYTES = 32

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH, _SECRET_LENGTH, _CHECKSUM_LENGTH = 12, 43, 6
_SHAPE = re.compile(rf"jbk_([0-9A-Za-z]{{{_ID_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}")


class Scope(StrEnum):
    """What a key opens. `partner` is contract 1; `seller`, unlike any other, sees every partner's orders."""

    PARTNER = "partner"
    ORDERS = "orders"
    SELLER = "seller"


def compose(id_bytes: bytes, secret: bytes) -> str:
    """Spell a key.

    :param id_bytes: ID_BYTES random bytes, of which the shown part is made
    :param secret: SECRET_BYTES random bytes
    """
    key_id = _spell(int.from_bytes(id_bytes, "big") % len(_ALPHABET) ** _ID_LENGTH, _ID_LENGTH)
    body = f"jbk_{key_id}_{_spell(int.from_bytes(secret, 'big'), _SECRET_LENGTH)}"
    return body + _checksum(body)


def id_of(key: str) -> str | None:
    """Return the id inside `key`, or None when it cannot be one of ours."""
    shape = _SHAPE.fullmatch(key)
    if shape is None or _checksum(key[:-_CHECKSUM_LENGTH]) != key[-_CHECKSUM_LENGTH:]:
        return None
    return shape.group(1)


def id_in(shown: str) -> str:
    """Return the id that a person means by `shown`: the id itself or its `jbk_` form."""
    return shown.strip().removeprefix("jbk_").partition("_")[0]


def shown(key_id: str) -> str:
    """Return the part of a key that may be seen by anybody."""
    return f"jbk_{key_id}"


def keyed_hash(key: str, pepper: str) -> bytes:
    """Return what is stored of a key.

    The secret is 256 random bits, so a slow hash would add nothing but load; the pepper keeps somebody
    who can write to the database from minting a key.
    """
    return hmac.digest(pepper.encode(), key.encode(), hashlib.sha256)


def is_same(stored: bytes, offered: bytes) -> bool:
    """Compare two keyed hashes in constant time."""
    return hmac.compare_digest(stored, offered)


def _checksum(body: str) -> str:
    return _spell(zlib.crc32(body.encode()), _CHECKSUM_LENGTH)


def _spell(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
