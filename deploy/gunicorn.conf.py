"""Settings of the web server, from the same environment as the portal's own."""

import os
from pathlib import Path

worker_class = "gthread"
bind = os.environ.get("PORTAL_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("PORTAL_WORKERS", "2"))
threads = int(os.environ.get("PORTAL_THREADS", "8"))

# A worker that answers nothing for this long is replaced; a bulk export may take a minute.
timeout = 120
# At a restart requests under way are finished.
graceful_timeout = 30
keepalive = 5
# What leaks somewhere ends with the process; spread, so that not all begin anew at once.
max_requests, max_requests_jitter = 20_000, 2_000

limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

# The portal logs each request itself, with its id and without personal data.
accesslog = None
loglevel = "warning"
control_socket_disable = True


def on_starting(server: object) -> None:
    """Begin the figures for monitoring anew: those of earlier processes would be counted for ever."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        folder = str(Path(os.environ.get("PORTAL_VAR_DIR", "var"), "metrics"))
    for path in Path(folder).glob("*.db"):
        path.unlink()
