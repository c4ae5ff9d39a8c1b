"""Encrypts short texts before they reach the database: AES-256-GCM, under keys that are kept elsewhere."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# `e1` and four digits that tell which key: `e1a09f:…`. A telephone number never looks like that.
MARK = "e1"
HEAD = len("e1a09f:")
NONCE = 12  # bytes


class Unreadable(ImproperlyConfigured):
    """A value whose key is not among PORTAL_FIELD_KEYS, or that was changed or moved in the database."""


def encrypt(value: bytes, about: str) -> str:
    """Encrypt under the first key; `about` names the column, and the value is readable only there."""
    head, cipher = _ring(tuple(settings.FIELD_KEYS))[0]
    nonce = secrets.token_bytes(NONCE)
    return head + urlsafe_b64encode(nonce + cipher.encrypt(nonce, value, about.encode())).decode()


def decrypt(text: str, about: str) -> bytes:
    """Return what was encrypted; raise `Unreadable` where that cannot be."""
    for head, cipher in _ring(tuple(settings.FIELD_KEYS)):
        if text.startswith(head):
            try:
                sealed = urlsafe_b64decode(text[HEAD:])
                return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
            except (InvalidTag, ValueError):
                # Two keys may have one mark.
                continue
    raise Unreadable(
        f"A value of {about} cannot be read: PORTAL_FIELD_KEYS lacks the key, or it was changed."
    )


def is_encrypted(text: str) -> bool:
    return text.startswith(MARK) and text[HEAD - 1 : HEAD] == ":"


def is_current(text: str) -> bool:
    """Whether the text is encrypted under the first key."""
    return text.startswith(_ring(tuple(settings.FIELD_KEYS))[0][0])


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> list[tuple[str, AESGCM]]:
    ring = []
    for key in keys:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"portal fields").derive(key.encode())
        ring.append((f"{MARK}{sha256(derived).hexdigest()[:4]}:", AESGCM(derived)))
    return ring
