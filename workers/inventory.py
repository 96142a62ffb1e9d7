"""Tasks of the worker that keeps the stock we sell true: id in, one service call, nothing out."""
