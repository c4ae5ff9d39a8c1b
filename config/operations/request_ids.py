"""A name for each request: in the log, in the answer's header and on the page that tells of a failure."""

import re
import secrets
from contextvars import ContextVar

# What our own proxy makes (nginx: 32 hexadecimal digits); anything else could forge lines or carry data.
SAFE = re.compile(r"[A-Za-z0-9-]{8,64}")
HEADER = "X-Request-ID"

_current: ContextVar[str] = ContextVar("request_id", default="")


def choose(received: str, *, trusted: bool) -> str:
    """Return the proxy's id if it comes from our own proxy in a safe form, else a new one."""
    if trusted and SAFE.fullmatch(received):
        return received
    return secrets.token_hex(8)


def current() -> str:
    """Return the id of the request that this thread is answering, or nothing outside of one."""
    return _current.get()


def set_current(value: str) -> None:
    _current.set(value)
