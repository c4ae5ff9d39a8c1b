"""A bad network in front of the server: it loses, delays, doubles, cuts and replays what passes through."""

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable

MOST_DELAY = 0.15
LATE = 0.6
# What happens to a request, and how often: chances in percent.
FATES = (
    ("passes", 52),
    ("delayed", 14),
    ("request lost", 7),
    ("answer lost", 12),
    ("doubled", 8),
    ("cut off", 4),
    ("replayed later", 3),
)


class Proxy:
    """Takes one request on each connection; `upstream` is the port of the server that runs now."""

    def __init__(self, seed: int) -> None:
        self.upstream = 0
        self.fates: Counter[str] = Counter()
        self.passed: Callable[[int], None] = lambda count: None
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                wire, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(wire,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _fate(self) -> tuple[str, float]:
        with self._lock:
            names, weights = zip(*FATES, strict=True)
            fate = self._chance.choices(names, weights)[0]
            self.fates[fate] += 1
            return fate, self._chance.random()

    def _serve(self, wire: socket.socket) -> None:
        with wire, contextlib.suppress(OSError):
            wire.settimeout(20)
            request = whole_request(wire)
            fate, number = self._fate()
            answer = self._meet(request, fate, number)
            if answer and fate != "answer lost":
                wire.sendall(answer)

    def _meet(self, request: bytes, fate: str, number: float) -> bytes:
        if fate == "request lost":
            return b""
        if fate == "delayed":
            time.sleep(number * MOST_DELAY)
        if fate == "cut off":
            self._ask(request[: int(len(request) * number)])
            return b""
        if fate == "replayed later":
            late = threading.Timer(LATE, self._ask, [request])
            self._threads.append(late)
            late.start()
        if fate == "doubled":
            twin = threading.Thread(target=self._ask, args=(request,), daemon=True)
            self._threads.append(twin)
            twin.start()
        return self._ask(request)

    def _ask(self, request: bytes) -> bytes:
        """Send to the server and read until it closes; nothing where it is not there, or dies meanwhile."""
        answer = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.upstream), 10) as wire:
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
            self.passed(sum(self.fates.values()))
            while part := wire.recv(65536):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        # An answer that the server could not finish is none.
        return answer if length_of(head) == len(body) else b""


def whole_request(wire: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = wire.recv(65536)
        if not part:
            raise ConnectionError
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    while len(body) < length_of(head):
        part = wire.recv(65536)
        if not part:
            raise ConnectionError
        body += part
    return head + b"\r\n\r\n" + body


def length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
