"""Tasks of the worker that checks and cleans on a schedule: id in, one service call, nothing out."""
