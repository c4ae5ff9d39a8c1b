"""What an answer shows, also inside the tables, archives and papers that are downloaded."""

import hashlib
import io
import zipfile
from typing import Any

# What stands in each paper that was printed, by the digest of its bytes.
PRINTED: dict[str, str] = {}


def shown(response: Any) -> str:
    """The text of an answer, its head included."""
    body = b"".join(response) if response.streaming else response.content
    return f"{response.headers}\n{text_in(body)}"


def text_in(body: bytes) -> str:
    """The text of a page, of every part of an archive or office file, or of a paper that was printed here."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(f"{name}\n{text_in(parts.read(name))}" for name in parts.namelist())
    if body.startswith(b"%PDF"):
        return PRINTED.get(hashlib.sha256(body).hexdigest(), "")
    return body.decode(errors="replace")
