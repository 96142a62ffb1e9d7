"""Use cases against a real database."""
