"""Requests to the Admin API as any client sends them, with a bucket of their own."""

import requests

SHOP = "{ shop { name } }"
OTHER = "shpat_other"  # A bucket of its own.


def post(shop, query, *, token=OTHER, version="2026-07", variables=None):
    return requests.post(
        f"{shop.url}/admin/api/{version}/graphql.json",
        json={"query": query, "variables": variables or {}},
        headers={"X-Shopify-Access-Token": token},
        timeout=60,
    )
