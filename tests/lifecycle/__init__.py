"""An order's whole life, drawn by chance, against a plain model of it."""
