"""How the shop tells others what has happened: subscriptions, the bodies, and their delivery."""
