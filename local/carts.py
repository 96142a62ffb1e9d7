"""Carts as a partner sends them: the guide's own example, and others like it."""

SKU = "JDTQ1834"  # Of the guide's example, and of the simulator's default catalog.


def item(sku: str, title: str, price: float, quantity: int = 1) -> dict:
    """Return one line; the price is per unit, in the partner's currency."""
    return {"sku": sku, "title": title, "price": price, "quantity": quantity}


def cart(number: str, items: list[dict], *, subtotal: float, tax: float = 0, shipping: float = 0) -> dict:
    """Return a cart that is paid to the courier.

    :param number: the partner's own number of the order
    """
    return {
        "partner_order_id": number,
        "items": items,
        "customer": {"name": "John Doe", "phone": "+1234567890"},
        "shipping": {
            "street": "123 Main Street",
            "city": "Amman",
            "state": "Khalda",
            "postal_code": "11118",
            "country": "JO",
        },
        "totals": {
            "subtotal": subtotal,
            "tax": tax,
            "shipping": shipping,
            "total": round(subtotal + tax + shipping, 2),
        },
        "payment_status": "paid",  # As in the guide's example; the method counts: it is collected.
        "payment_method": "Cash On Delivery (COD)",
    }


def mixed_cart(number: str) -> dict:
    """Return the guide's example: two of ours, one of the partner's own; 91.37 in all."""
    items = [item(SKU, "JafarShop Product", 29.99, 2), item("YOUR-SKU-123", "Your Product", 19.99)]
    return cart(number, items, subtotal=79.97, tax=6.40, shipping=5.00)
