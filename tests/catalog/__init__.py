"""Catalogs: files of every make, imported against a running shop."""
