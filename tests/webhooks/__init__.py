"""Webhooks of Shopify, from the door to the order."""
