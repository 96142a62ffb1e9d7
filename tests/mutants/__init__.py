"""Guarantees removed on purpose, one at a time, and the tests that notice: `make mutants`."""

from tests.mutants import of_shop_orders, of_stock, of_submits, of_the_shop

MUTANTS = (*of_submits.MUTANTS, *of_stock.MUTANTS, *of_the_shop.MUTANTS, *of_shop_orders.MUTANTS)
