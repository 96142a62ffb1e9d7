"""What the stack asks a shop by its Admin API: every variant that has a SKU."""

import json
from collections.abc import Iterator, Mapping

import requests

_VARIANTS = """
query Variants($after: String) {
  productVariants(first: 250, after: $after) {
    nodes { id sku }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_TIMEOUT_SECONDS = 30


class ShopError(RuntimeError):
    """The shop did not answer, or not what was asked."""


class AdminAPI:
    """One shop's Admin API, as staff with a token of their own uses it."""

    def __init__(self, url: str, *, token: str, version: str) -> None:
        """Point at a shop.

        :param url: scheme://host:port
        """
        self.url = url.rstrip("/")
        self.token = token
        self._path = f"/admin/api/{version}/graphql.json"

    def execute(self, query: str, **variables: object) -> dict:
        """Send one operation and return its data.

        :raises ShopError: no answer, an error, or a user error in the answer
        """
        answer = self._post(self._path, {"query": query, "variables": variables})
        if answer.get("errors"):
            raise ShopError(f"{self.url}: {json.dumps(answer['errors'])}")
        for payload in answer["data"].values():
            if isinstance(payload, dict) and payload.get("userErrors"):
                raise ShopError(f"{self.url}: {json.dumps(payload['userErrors'])}")
        return answer["data"]

    def variants(self) -> Iterator[tuple[str, str]]:
        """Yield (sku, gid) of every variant that has a SKU, in the shop's order, each SKU once.

        :raises ShopError: see `execute`
        """
        seen: set[str] = set()
        after = None
        while True:
            page = self.execute(_VARIANTS, after=after)["productVariants"]
            for variant in page["nodes"]:
                sku = (variant["sku"] or "").strip()
                if sku and sku not in seen:
                    seen.add(sku)
                    yield sku, variant["id"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _post(self, path: str, body: Mapping) -> dict:
        headers = {"X-Shopify-Access-Token": self.token}
        try:
            answer = requests.post(f"{self.url}{path}", json=body, headers=headers, timeout=_TIMEOUT_SECONDS)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            said = error.response.text[:500] if error.response is not None else ""
            raise ShopError(f"{error} {said}".strip()) from error


def access_token(url: str, *, client_id: str, client_secret: str) -> str:
    """Return a token by the client-credentials grant.

    :raises ShopError: the shop gives none
    """
    body = {
        "client_id": client_id,
        "client_secret": client_secret,
        "grant_type": "client_credentials",
    }
    answer = AdminAPI(url, token="", version="")._post("/admin/oauth/access_token", body)
    if "access_token" not in answer:
        raise ShopError(f"{url} gives no token: {json.dumps(answer)[:500]}")
    return answer["access_token"]
