"""One machine: the embedded servers, `up`, `demo`."""
