"""Many at once: races that a single caller never sees."""
