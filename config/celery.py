"""How Celery runs, each value with its reason. Redis carries hints only: the work itself is rows in PostgreSQL."""

from kombu import Queue

from config import settings as _settings

_read = _settings.load(_settings.REDIS)

broker_url = _read.redis_url
imports = (
    "workers.runtime",
    "workers.dispatch",
    "workers.orders",
    "workers.webhooks",
    "workers.inventory",
    "workers.upkeep",
)

# Results would be a second, weaker truth beside the rows.
task_ignore_result = True
result_backend = None
task_serializer = "json"
accept_content = ("json",)

# Faster recovery after a lost worker; correctness does not rest on it.
task_acks_late = True
task_reject_on_worker_lost = True
# Our retry is a row that is due again, never a message that comes back.
task_acks_on_failure_or_timeout = True
# A slow call must not hoard orders that an idle worker could push.
worker_prefetch_multiplier = 1
# Above everything a task may wait for, below the visibility timeout: else a message would run twice at once.
task_soft_time_limit = 100
task_time_limit = 115
worker_concurrency = _read.worker_concurrency
# Memory that a library leaks goes with its process.
worker_max_tasks_per_child = 500
# Kilobytes; a child that is larger after a task is replaced, before the system kills one in the middle of another.
worker_max_memory_per_child = 400_000
# Never cut a call to Shopify in half because Redis went away.
worker_cancel_long_running_tasks_on_connection_loss = False
worker_soft_shutdown_timeout = 30
worker_enable_soft_shutdown_on_idle = True
worker_hijack_root_logger = False
# Flower draws from these.
worker_send_task_events = True
task_send_sent_event = False

broker_connection_retry_on_startup = True
# A worker that gave up after a hundred tries would stay deaf when Redis is back.
broker_connection_max_retries = None
broker_connection_timeout = 2
# Whoever publishes repeats by itself: beat every few seconds, the doorbell with the next order.
task_publish_retry = False
broker_transport_options = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A frozen Redis must fail, not hang.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "global_keyprefix": "bridge:",
}

# A queue per kind, so that Flower shows which kind waits. One worker reads all of them.
task_default_queue = "dispatch"
task_queues = tuple(Queue(name) for name in ("dispatch", "orders", "webhooks", "inventory"))
task_routes = {
    "orders.*": {"queue": "orders"},
    "webhooks.*": {"queue": "webhooks"},
    "inventory.*": {"queue": "inventory"},
    "work.*": {"queue": "dispatch"},
}

# The publisher writes the moment at which a message is too old, and a worker reads it by its own clock: it must
# not take a fresh one for old when its clock is an hour ahead. What piles up until then costs a look each.
MESSAGES_EXPIRE_SECONDS = 2 * 3600

timezone = "UTC"
beat_max_loop_interval = 5


def _every(seconds: int, task: str) -> dict[str, object]:
    return {"task": task, "schedule": seconds, "options": {"expires": MESSAGES_EXPIRE_SECONDS}}


# A run that found Shopify away comes again this soon, whatever its period is (bridge/services/schedule.py).
_AGAIN_SECONDS = 60

# Two beats at once do no harm: each job looks in PostgreSQL whether it is its turn.
beat_schedule = {
    "dispatch": _every(_read.dispatch_seconds, "work.dispatch"),
    "heartbeat": _every(5, "work.heartbeat"),
    "sync-inventory": _every(min(_read.inventory_sync_seconds, _AGAIN_SECONDS), "inventory.sync"),
    "check-subscriptions": _every(_AGAIN_SECONDS, "webhooks.check"),
    "reconcile": _every(min(_read.reconcile_seconds, _AGAIN_SECONDS), "orders.reconcile"),
    "clean-up": _every(3600, "work.clean_up"),
    "look-over": _every(300, "work.look_over"),
    "complete-overdue": _every(3600, "work.complete_overdue"),
    "expire-waiting": _every(3600, "work.expire_waiting"),
}
