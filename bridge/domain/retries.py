"""When a piece of work is tried again: the only retry policy there is. Celery never retries."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Delays in seconds after the first, second, ... failure; the last one repeats.

    `give_up_after` counts attempts; after that many the work waits for staff.
    """

    delays: tuple[float, ...]
    give_up_after: int


# At most 60 s apart in the first hour, jitter included (decision 31), then slower for a day, then staff.
PUSH = RetryPolicy(delays=(1, 2, 5, 10, 15, 30, 45, *(50,) * 90, *(300,) * 12, 900), give_up_after=190)
# A parked webhook waits for an order that is being pushed; a day covers every outage seen.
WEBHOOK = RetryPolicy(delays=(1, 2, 5, 10, 30, 60, 60, 300, 300, 900, 3600), give_up_after=34)
# Shopify computes a new draft for a second or two; one that is not done in half an hour will not be.
DRAFT_READY = RetryPolicy(delays=(2, 2, 2, 5, 5, 10, 15, 30, 60), give_up_after=35)
READ = RetryPolicy(delays=(2, 5, 15, 60, 300, 900, 3600), give_up_after=30)


def delay_seconds(policy: RetryPolicy, attempts: int, jitter: float) -> float | None:
    """Return how long to wait after `attempts` failed attempts, or None when it is time to give up.

    :param attempts: how many have failed, at least 1
    :param jitter: between -1 and 1; moves the delay by up to a fifth, so that a thousand orders that
        failed together do not come back together
    """
    if attempts >= policy.give_up_after:
        return None
    base = policy.delays[min(attempts, len(policy.delays)) - 1]
    return base * (1 + jitter / 5)
