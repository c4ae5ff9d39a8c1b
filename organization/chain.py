"""The digest that ties each row of the trail to the one before it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

# SM3 (GB/T 32905) is what a commercial-cryptography assessment asks for; SHA-256 is everywhere.
ALGORITHMS = ("sha256", "sm3")
# What stands before the first row.
BEGINNING = "sha256:" + "0" * 64


def is_available(algorithm: str) -> bool:
    """Say whether this machine's OpenSSL computes the algorithm."""
    return algorithm in ALGORITHMS and algorithm in hashlib.algorithms_available


def digest(algorithm: str, previous: str, position: int, content: dict[str, Any]) -> str:
    """Return `algorithm:hex` over the previous digest, the place in the chain and the row's content.

    `content` holds JSON values and datetimes. Raise `ValueError` for an unknown algorithm.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"{algorithm!r} is none of {', '.join(ALGORITHMS)}")
    text = canonical([previous, position, content])
    return f"{algorithm}:{hashlib.new(algorithm, text).hexdigest()}"


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value: keys sorted, no spaces, times in UTC."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_said)
    return text.encode()


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"no JSON value: {value!r}")
