"""Bulk operations: a query over everything, run by the shop in its own time, answered by a file."""
