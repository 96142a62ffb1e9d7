"""The web process without sockets: parsing, errors, limits, health, description."""
