"""Tasks of the worker that pushes orders into Shopify and closes them there: id in, one service call, nothing out."""
