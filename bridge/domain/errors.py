"""Every error the bridge raises on purpose, drawn as one tree; HTTP statuses and wording are chosen elsewhere.

BridgeError
├── Refused                    the caller asked for something that is not allowed or makes no sense
│   ├── Unauthenticated        no key, a wrong key, a key that has ended
│   ├── AccessDenied           the thing exists and belongs to somebody else
│   ├── NotFound
│   │   └── DecisionNotFound   unknown, another partner's, or older than decisions are kept
│   ├── InvalidRequest         a parameter has a value it cannot have
│   ├── InvalidCart            the cart is well-formed JSON and still not a cart
│   ├── Conflict
│   │   ├── IdempotencyConflict    the same key with another payload
│   │   └── OrderConflict          the same partner_order_id with another cart
│   └── IllegalMove            the order's status does not allow what was asked
├── Busy                       cannot be answered now; the same request may be sent again
│   ├── StockUnknown           an item of the cart was never observed in the shop
│   └── TwinInFlight           the same key is being worked on right now
└── ShopError                  Shopify did not do what was asked
    ├── ShopUnavailable        surely not done: try again
    │   └── PutOff             not a failure, only not now; carries how long to wait
    │       ├── Throttled      the rate budget is spent
    │       └── ShopDown       it failed too often in a row to be called
    ├── ShopRefused            surely not done, and will not be: staff
    └── OutcomeUnknown         perhaps done: look before doing it again
"""

from collections.abc import Mapping, Sequence

FieldErrors = Mapping[str, Sequence[str]]


class BridgeError(Exception):
    """The root. `code` is stable for machines, `message` is for a developer and holds no secret."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(BridgeError):
    code = "refused"


class Unauthenticated(Refused):
    code = "unauthenticated"


class AccessDenied(Refused):
    code = "access_denied"


class NotFound(Refused):
    code = "not_found"


class DecisionNotFound(NotFound):
    code = "decision_not_found"


class InvalidRequest(Refused):
    code = "invalid_request"


class InvalidCart(Refused):
    """`errors` names each field by its path (`items.0.price`) with one or more sentences."""

    code = "invalid_cart"

    def __init__(self, message: str, errors: FieldErrors) -> None:
        super().__init__(message)
        self.errors = errors


class Conflict(Refused):
    code = "conflict"


class IdempotencyConflict(Conflict):
    code = "idempotency_conflict"


class OrderConflict(Conflict):
    """`fields` are the names of the cart's fields that differ from the order that is there."""

    code = "order_conflict"

    def __init__(self, message: str, fields: Sequence[str]) -> None:
        super().__init__(message)
        self.fields = tuple(fields)


class IllegalMove(Refused):
    code = "illegal_move"


class Busy(BridgeError):
    """`retry_after` is in whole seconds."""

    code = "busy"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StockUnknown(Busy):
    """`inventory_item_ids` are the items that were never observed."""

    code = "stock_unknown"

    def __init__(self, message: str, inventory_item_ids: Sequence[int]) -> None:
        super().__init__(message, retry_after=2)
        self.inventory_item_ids = tuple(inventory_item_ids)


class TwinInFlight(Busy):
    code = "twin_in_flight"


class ShopError(BridgeError):
    code = "shop_error"


class ShopUnavailable(ShopError):
    code = "shop_unavailable"


class PutOff(ShopUnavailable):
    """`wait_seconds` is how long it would be of no use to try again."""

    code = "put_off"

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Throttled(PutOff):
    code = "throttled"


class ShopDown(PutOff):
    code = "shop_down"


class ShopRefused(ShopError):
    """`problems` are Shopify's own sentences, each with the field it names where it names one."""

    code = "shop_refused"

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class OutcomeUnknown(ShopError):
    code = "outcome_unknown"
