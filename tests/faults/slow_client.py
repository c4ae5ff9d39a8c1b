"""Opens connections that send half a request and wait, and asks whether the site still answers.

Without nginx in front each holds a thread: fewer than the threads must do no harm, more than those are only
reported. python -m tests.faults.slow_client [--slow 1000]
"""

import argparse
import http.client
import socket
import time
from pathlib import Path

from tests.faults.report import arguments, installation, run, say
from tests.installation import Installation

WORKERS, THREADS = 2, 4
HALF = b"GET /login/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def half_requests(made: Installation, count: int) -> list[socket.socket]:
    opened = []
    for _ in range(count):
        wire = socket.create_connection(("127.0.0.1", made.port))
        wire.sendall(HALF)
        opened.append(wire)
    time.sleep(1)
    return opened


def answered(made: Installation, seconds: float) -> bool:
    try:
        wire = http.client.HTTPConnection("127.0.0.1", made.port, timeout=seconds)
        wire.request("GET", "/health/")
        return wire.getresponse().status == 200
    except OSError:
        return False


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made = installation(given, folder)
    try:
        made.manage("migrate", "--noinput", "--verbosity", "0")
        made.start(workers=WORKERS, threads=THREADS)
        few = half_requests(made, THREADS - 1)
        tries = 10
        well = sum(answered(made, 20) for _ in range(tries))
        say(f"{len(few)} slow clients on {WORKERS} × {THREADS} threads: {well} of {tries} requests answered")
        many = half_requests(made, given.slow)
        stalled = not answered(made, 5)
        say(f"{given.slow} more: the site {'stands still: nginx must be in front' if stalled else 'answers'}")
        for wire in few + many:
            wire.close()
        back = answered(made, 60)
        say(f"slow clients gone: the site {'answers' if back else 'DOES NOT ANSWER'}")
        return {"slow": given.slow, "failures": tries - well + (not back)}
    finally:
        made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, slow=200))
