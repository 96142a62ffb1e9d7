"""Contract 1, the partner API: /v1."""

from bridge.api.partner import carts, catalog, decisions, orders
from bridge.api.partner.blueprint import blueprint

__all__ = ["blueprint", "carts", "catalog", "decisions", "orders"]
