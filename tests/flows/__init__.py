"""Whole journeys of an order, against the simulated shop and a real database."""
