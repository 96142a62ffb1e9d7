"""The manual of the bridge: each test names a rule."""
