"""What the shop keeps for the apps that ask."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from simulator.records.base import Record


@dataclass(eq=False, kw_only=True)
class Subscription(Record):
    """A webhook subscription. `failures` counts tries that failed one after the other."""

    kind = "WebhookSubscription"

    topic: str  # as Shopify's header says it: orders/create
    uri: str
    name: str | None = None
    format: str = "JSON"
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    filter: str | None = None
    failures: int = 0


@dataclass(eq=False, kw_only=True)
class BulkOperation(Record):
    kind = "BulkOperation"

    query: str
    status: str = "CREATED"
    group_objects: bool = False
    completed_at: datetime | None = None
    object_count: int = 0
    root_object_count: int = 0
    error_code: str | None = None
    lines: list[str] = field(default_factory=list, repr=False)  # of the file, JSON each
    cursor: str | None = None  # how far it has come
    file_name: str = ""
    problem: str = ""  # why it failed, for whoever looks at the simulator


@dataclass(eq=False)
class Job:
    """Work that Shopify does after it has answered."""

    kind: ClassVar[str] = "Job"

    id: str
    done: bool = False
