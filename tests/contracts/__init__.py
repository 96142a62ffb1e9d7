"""The contracts' own documents, against the live server."""
