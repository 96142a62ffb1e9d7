"""What a variant is called, wherever it is read."""

# The title that Shopify gives to the only variant of a product without options.
_ONLY_VARIANT = "Default Title"


def variant_title(product: str, variant: str) -> str:
    """Return "Product", or "Product - Variant" where the product has options, as staff would say it.

    :param variant: the variant's own title
    """
    return product if variant == _ONLY_VARIANT else f"{product} - {variant}"
