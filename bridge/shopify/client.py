"""One call to the Admin API: ask whether the shop is up, wait for the budget, send once, read the answer.

The `shopify` package gives the session's address and the GraphQL class; sending is ours, since its own has
no timeout, follows redirects and prints error bodies (ADR 0003). Nothing global is activated: a session
activated by one thread is the session of the next one.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol, TypeVar

import shopify
import simplejson
import structlog

from bridge.domain.errors import ShopError, ShopRefused, ShopUnavailable, Throttled
from bridge.domain.shop_values import Spent
from bridge.shopify import operations, replies
from bridge.shopify.breaker import Breaker
from bridge.shopify.circuit import Admission
from bridge.shopify.operations import Operation
from bridge.shopify.transport import Answer, Lost, NotSent, Transport

T = TypeVar("T")

log = structlog.get_logger(__name__)

# Longer than this a worker gives its claim back and does something else (ADR 0009).
MAX_WAIT_SECONDS = 10.0
# More than any operation costs in full; what it does cost is known after its first answer, and the rest comes back.
_UNKNOWN_PRICE = 100.0


class TokenSource(Protocol):
    def token(self) -> str: ...

    def renew(self, refused: str) -> bool:
        """Say whether there is another token than the one that was refused."""


class RateBudget(Protocol):
    def acquire(self, cost: float, *, max_wait: float) -> None: ...

    def settle(self, reserved: float, cost: replies.Cost) -> None: ...


class AdminSession(shopify.Session):  # type: ignore[misc]  # the package has no types
    """The package's session with an address of its own where a simulator or a proxy stands in for the shop."""

    def __init__(self, shop: str, version: str, admin_url: str) -> None:
        super().__init__(shop, version)
        self._admin_url = admin_url

    @property
    def site(self) -> str:
        return str(self.version.api_path(self._admin_url))


class AdminAPI(shopify.GraphQL):  # type: ignore[misc]
    """Calls one store. Safe for threads; make it after the process forked."""

    def __init__(
        self,
        session: AdminSession,
        *,
        transport: Transport,
        tokens: TokenSource,
        budget: RateBudget,
        breaker: Breaker,
        throttled: Callable[[], None] = lambda: None,
    ) -> None:
        # Not the package's __init__: it reads the globally activated session.
        self.endpoint = f"{session.site}/graphql.json"
        self.headers: dict[str, str] = {}
        self._version = session.version.name
        self._transport = transport
        self._tokens = tokens
        self._budget = budget
        self._breaker = breaker
        self._throttled = throttled
        # What each operation was last priced at; reserved before the next one of its size.
        self._prices: dict[tuple[object, ...], float] = {}
        self._warned_of_version = False
        self._spent = Spent(requests=0, points=0.0)
        self._spending = threading.Lock()

    @property
    def spent(self) -> Spent:
        """What this process has asked of the store so far."""
        return self._spent

    def call(self, name: str, **variables: Any) -> Mapping[str, Any]:
        """Carry out an operation and return its data.

        :raises ShopError: one of the three, see `replies.data_of`
        """
        return self.call_for_headers(name, **variables)[0]

    def call_for_headers(self, name: str, **variables: Any) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Do as `call` does, and return the headers of the answer too."""
        operation = operations.load(name)
        size = (name, *sorted(item for item in variables.items() if isinstance(item[1], int)))
        reserved = self._prices.get(size, _UNKNOWN_PRICE)
        admission = self._admit(reserved)
        started = time.monotonic()
        self._count(requests=1)
        answer = self._send(operation, variables, admission)
        reply = replies.parse(answer)
        if reply.cost is not None:
            self._prices[size] = reply.cost.requested
            self._budget.settle(reserved, reply.cost)
            self._count(points=reply.cost.actual or 0.0)
        self._note(operation, answer, reply, seconds=time.monotonic() - started)
        try:
            return replies.data_of(operation, answer, reply), answer.headers
        except Throttled:
            # The budget should have waited: another client shares this app's limit, or the budget is wrong.
            log.warning("shopify_throttled", operation=operation.name, reserved=reserved)
            self._throttled()
            raise

    def ask(self, name: str, field: str, **variables: Any) -> Any:
        """Carry out an operation and return one root field of its data; None where there is no such object."""
        return self.understood(name, lambda data: data[field], self.call(name, **variables))

    def change(
        self,
        name: str,
        read: Callable[[dict[str, Any]], T | None],
        *,
        errors: str = "userErrors",
        even_if_refused: bool = False,
        **variables: Any,
    ) -> T:
        """Carry out a mutation and read its payload.

        :param read: makes the value out of the payload; what it cannot read, or None, is an unknown outcome
        :param errors: the field that holds what Shopify objects to
        :param even_if_refused: a value that can be read counts more than an objection beside it
        """
        operation = operations.load(name)
        payload = replies.root_of(operation, self.call(name, **variables))
        objections = payload.get(errors) or ()
        if objections and not even_if_refused:
            replies.raise_objections(operation, objections)
        value = self.understood(name, read, payload)
        if value is None and objections:
            replies.raise_objections(operation, objections)
        if value is None:
            raise replies.unclear(operation, "the answer does not say what was made")
        return value

    def understood(self, name: str, read: Callable[[Any], T], answer: Any) -> T:
        """Read an answer; one that is not as the schema says is like none at all."""
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise replies.unclear(
                operations.load(name), f"the answer cannot be read ({type(error).__name__})"
            ) from error

    def download(self, url: str, into: BinaryIO) -> None:
        """Copy a file that the store has made ready; who knows its address needs no token, and gets none.

        :raises ShopUnavailable: it cannot be reached, or was cut off; `into` may hold a part of it then
        :raises ShopRefused: it is not there, or no longer
        """
        self._count(requests=1)
        try:
            status = self._transport.fetch(url, into)
        except (NotSent, Lost) as error:
            raise ShopUnavailable(f"the file cannot be fetched ({error})") from error
        if 400 <= status < 500:
            raise ShopRefused(f"the file is not there any more (HTTP {status})")
        if status != 200:
            raise ShopUnavailable(f"the file cannot be fetched (HTTP {status})")

    def execute(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> Answer:
        """Send one request, and a second time after a new token when the first was refused.

        :raises NotSent, Lost: see `transport`
        """
        body = simplejson.dumps(
            {"query": query, "variables": variables, "operationName": operation_name}, use_decimal=True
        ).encode()
        token = self._tokens.token()
        answer = self._post(body, token)
        if answer.status == 401 and self._tokens.renew(token):
            answer = self._post(body, self._tokens.token())
        return answer

    def is_held_back(self) -> bool:
        """Tell whether a call would be put off, since Shopify failed too often in a row."""
        return self._breaker.state().held_seconds > 0

    def _admit(self, points: float) -> Admission:
        """Wait until the call may be made.

        :raises PutOff: not now; nothing was sent
        """
        admission = self._breaker.admit()
        try:
            self._budget.acquire(points, max_wait=MAX_WAIT_SECONDS)
        except Throttled:
            self._breaker.gave_up(admission)
            raise
        return admission

    def _send(self, operation: Operation, variables: Mapping[str, Any], admission: Admission) -> Answer:
        try:
            answer = self._answer(operation, variables)
        except ShopError:
            self._breaker.failed(admission)
            raise
        if replies.is_of_a_shop_that_works(answer):
            self._breaker.answered(admission)
        else:
            self._breaker.failed(admission)
        return answer

    def _answer(self, operation: Operation, variables: Mapping[str, Any]) -> Answer:
        try:
            return self.execute(operation.text, variables, operation.name)
        except NotSent as error:
            raise ShopUnavailable(f"{operation.name}: Shopify cannot be reached ({error})") from error
        except Lost as error:
            raise replies.unclear(operation, f"no answer ({error})") from error

    def _post(self, body: bytes, token: str) -> Answer:
        return self._transport.post(
            self.endpoint, headers={**self.headers, "X-Shopify-Access-Token": token}, body=body
        )

    def _count(self, *, requests: int = 0, points: float = 0.0) -> None:
        with self._spending:
            before = self._spent
            self._spent = Spent(before.requests + requests, before.points + points)

    def _note(self, operation: Operation, answer: Answer, reply: replies.Reply, *, seconds: float) -> None:
        """Log the call, never what was said: bodies hold people's names and addresses."""
        cost = reply.cost
        log.info(
            "shopify_call",
            operation=operation.name,
            status=answer.status,
            milliseconds=round(seconds * 1000),
            cost=None if cost is None else cost.actual,
            points_left=None if cost is None else cost.available,
            request_id=answer.headers.get("X-Request-Id"),
        )
        served = answer.headers.get("X-Shopify-API-Version")
        if served and served != self._version and not self._warned_of_version:
            self._warned_of_version = True
            log.warning("shopify_version_differs", asked=self._version, served=served)
