import pytest

from bridge.domain.titles import variant_title


@pytest.mark.parametrize(
    ("because", "variant", "title"),
    [
        ("a product without options has one variant, whose title says nothing", "Default Title", "Olive Oil"),
        ("an option is said after the product", "500 ml", "Olive Oil - 500 ml"),
    ],
)
def test_a_variant_is_called_as_staff_would_say_it(because, variant, title):
    assert variant_title("Olive Oil", variant) == title
