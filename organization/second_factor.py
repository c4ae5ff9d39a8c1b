"""The second factor: six digits from a person's phone (TOTP, RFC 6238), or a recovery code used once."""

import hashlib
import secrets
from base64 import b32encode
from binascii import unhexlify

import segno
from django.conf import settings

from .encryption import decrypt, encrypt, is_encrypted
from .models import PhoneFactor, User

CODES = 10
KEY = "second factor"
# No 0, 1, 8, O, I, B: they are mistaken for one another on paper.
LETTERS = "234567ACDEFGHJKLMNPQRSTUVWXYZ"


def is_required(user: User) -> bool:
    """Say whether one of the person's roles may work with a second factor only."""
    return bool(settings.SECOND_FACTOR_ROLES) and bool(user.roles & set(settings.SECOND_FACTOR_ROLES))


def new_key() -> str:
    """Return a new secret of 160 bits as it is kept."""
    return seal_key(secrets.token_bytes(20))


def seal_key(secret: bytes) -> str:
    """Encrypt a secret so that it fits into the package's 80 characters."""
    return encrypt(secret, KEY)


def open_key(kept: str) -> bytes:
    """Return a secret, also one that an older release kept in hexadecimal digits."""
    return decrypt(kept, KEY) if is_encrypted(kept) else unhexlify(kept)


def picture(device: PhoneFactor) -> str:
    """Return the QR code that authenticator apps read, as the address of an SVG image."""
    return segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=4, light="white")


def secret_text(device: PhoneFactor) -> str:
    """Return the secret in groups of four, to be typed where no camera is."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def new_code() -> str:
    """Return a recovery code of 48 bits of chance: `XXXXX-XXXXX`."""
    text = "".join(secrets.choice(LETTERS) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def code_digest(code: str) -> str:
    """Return what is kept of a recovery code; so much chance needs no slow hash."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
