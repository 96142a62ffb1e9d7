"""Tasks of the worker that applies what Shopify called us with: id in, one service call, nothing out."""
