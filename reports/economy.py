"""What a rendering need not spend: compression at the highest level, twice, and a look for garbage.

The engine compresses at the highest level, and for its identifier a second time: a fifth of the
processor time of a notice, to save 8 % of its size.
"""

import gc
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydyf

LEVEL = 1
# The dictionary at the end: of the stream of cross-references, or the trailer of an older kind of file.
END = re.compile(rb"/Type /XRef\b|\btrailer\s*<<")


_replaced: list[tuple[Any, str, Any, Any]] = []


def replace(owner: Any, name: str, ours: Any) -> Any:
    """Put `ours` in the place of an attribute of the engine and return what was there."""
    theirs = getattr(owner, name)
    _replaced.append((owner, name, theirs, ours))
    setattr(owner, name, ours)
    return theirs


@contextmanager
def stock() -> Iterator[None]:
    """Have the engine as it was published inside the block, to measure against; for one thread alone."""
    for owner, name, theirs, _ours in _replaced:
        setattr(owner, name, theirs)
    try:
        yield
    finally:
        for owner, name, _theirs, ours in _replaced:
            setattr(owner, name, ours)


class Lightly:
    """Stands in for `zlib` in the module that writes streams."""

    compress = staticmethod(zlib.compress)

    @staticmethod
    def compressobj(level: int = LEVEL) -> Any:
        return zlib.compressobj(min(level, LEVEL))


replace(pydyf, "zlib", Lightly)


def identified(pdf: bytes, identifier: str) -> bytes:
    """Return the PDF with its file identifier (ISO 32000-2, 14.4); `identifier` is in hexadecimal.

    It goes into the last dictionary, behind everything whose place the file has noted.
    """
    *_before, last = END.finditer(pdf, max(0, len(pdf) - 64 * 1024))
    entry = b" /ID [<%b> <%b>]" % (2 * (identifier[:32].encode(),))
    return pdf[: last.end()] + entry + pdf[last.end() :]


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave the engine's many short-lived objects alone while it works: looking through them costs 7 %."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
