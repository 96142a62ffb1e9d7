import pytest

from bridge.domain import errors


@pytest.mark.parametrize(
    ("error", "carries"),
    [
        (errors.InvalidCart("bad", {"items": ["Missing."]}), {"errors": {"items": ["Missing."]}}),
        (errors.OrderConflict("other", ["totals.total"]), {"fields": ("totals.total",)}),
        (errors.TwinInFlight("wait"), {"retry_after": 1}),
        (errors.Throttled("slow", wait_seconds=1.5), {"wait_seconds": 1.5}),
        (errors.ShopDown("away", wait_seconds=2), {"wait_seconds": 2}),
        (errors.ShopRefused("no", ["Email is invalid"]), {"problems": ("Email is invalid",)}),
    ],
)
def test_an_error_carries_what_its_answer_needs(error, carries):
    assert error.message == str(error)
    assert {name: getattr(error, name) for name in carries} == carries


def test_every_error_has_a_code_of_its_own():
    def below(cls):
        return [cls, *(deeper for sub in cls.__subclasses__() for deeper in below(sub))]

    codes = [cls.code for cls in below(errors.BridgeError) if cls.__module__ == errors.BridgeError.__module__]

    assert len(codes) == len(set(codes))
