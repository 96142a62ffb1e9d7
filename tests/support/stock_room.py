"""What staff do to the shop's stock and products, through its Admin API."""

from dataclasses import dataclass
from itertools import count

from tests.support.processes import Simulator

_keys = count()


@dataclass(frozen=True)
class StockRoom:
    """Staff of one shop. Numbers are Shopify's, without the gid."""

    simulator: Simulator

    def set_available(self, item: int, units: int, location: int) -> None:
        """Say how many there are."""
        self._do(
            """mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
                inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
            }""",
            key=f"stock-room-{next(_keys)}",
            input={
                "name": "available",
                "reason": "correction",
                "quantities": [
                    {
                        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
                        "locationId": f"gid://shopify/Location/{location}",
                        "quantity": units,
                        "changeFromQuantity": None,
                    }
                ],
            },
        )

    def adjust(self, item: int, delta: int, location: int) -> None:
        """Say how many came or went; there may be fewer than none afterwards."""
        self._do(
            """mutation ($input: InventoryAdjustQuantitiesInput!, $key: String!) {
                inventoryAdjustQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
            }""",
            key=f"stock-room-{next(_keys)}",
            input={
                "name": "available",
                "reason": "correction",
                "changes": [
                    {
                        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
                        "locationId": f"gid://shopify/Location/{location}",
                        "delta": delta,
                        "changeFromQuantity": None,
                    }
                ],
            },
        )

    def stop_stocking(self, item: int, location: int) -> None:
        """Take an item out of a location."""
        found = self._ask(
            """query ($item: ID!, $location: ID!) {
                inventoryItem(id: $item) { inventoryLevel(locationId: $location) { id } }
            }""",
            item=f"gid://shopify/InventoryItem/{item}",
            location=f"gid://shopify/Location/{location}",
        )
        self._do(
            "mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { message } } }",
            id=found["inventoryItem"]["inventoryLevel"]["id"],
        )

    def track(self, item: int, tracked: bool) -> None:
        """Count an item from now on, or no longer."""
        self._do(
            """mutation ($id: ID!, $input: InventoryItemInput!) {
                inventoryItemUpdate(id: $id, input: $input) { userErrors { message } }
            }""",
            id=f"gid://shopify/InventoryItem/{item}",
            input={"tracked": tracked},
        )

    def rename(self, product: int, title: str) -> None:
        """Give a product another title."""
        self._do(
            "mutation ($product: ProductUpdateInput) { productUpdate(product: $product) { userErrors { message } } }",
            product={"id": f"gid://shopify/Product/{product}", "title": title},
        )

    def delete(self, product: int) -> None:
        """Delete a product with its variants and their stock."""
        self._do(
            "mutation ($input: ProductDeleteInput!) { productDelete(input: $input) { userErrors { message } } }",
            input={"id": f"gid://shopify/Product/{product}"},
        )

    def _do(self, mutation: str, **variables: object) -> None:
        answer = self._ask(mutation, **variables)
        errors = [error for payload in answer.values() for error in payload["userErrors"]]
        assert not errors, errors

    def _ask(self, query: str, **variables: object) -> dict:
        answer = self.simulator.graphql(query, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]
