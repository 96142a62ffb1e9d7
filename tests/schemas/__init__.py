"""Wire shapes, read without a server."""
