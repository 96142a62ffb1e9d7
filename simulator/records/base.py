"""What every record has: an id of its own, and when it was made and changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

Attributes = list[dict[str, str]]  # [{"key": ..., "value": ...}]


@dataclass(eq=False, kw_only=True)
class Record:
    """Something with an id of its own; two of them are equal when they are the same one."""

    kind: ClassVar[str]

    id: int
    created_at: datetime
    updated_at: datetime
