"""How the web process serves. Threads, not processes alone: a slow client must not hold a whole worker."""

worker_class = "gthread"
workers = 2
threads = 4
# Longer than the slowest answer (a twin waits 5 s), shorter than what a balancer would wait.
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None  # The app logs each request itself, as JSON and without headers.
errorlog = "-"
# A socket that anybody on the machine could command.
control_socket_disable = True
