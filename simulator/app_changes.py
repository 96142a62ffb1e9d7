"""The app removes itself from the shop."""

from typing import Any

from simulator.registry import Context, mutation
from simulator.resolvers.shop import app


@mutation("appUninstall")
def uninstall(context: Context) -> dict[str, Any]:
    """The token that says so is dead from then on; a last webhook tells whoever has subscribed."""
    store = context.store
    store.dead_tokens.add(context.token)
    store.client_tokens.clear()
    store.emit("app/uninstalled", store.settings)
    return {"app": app(context), "userErrors": []}
