"""Signed files that say how far the trail reached and what digest stood there.

Kept away from the server, they show a change even of a trail that was computed anew from end to end.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from .chain import canonical

FORMAT = 1


class Unreadable(Exception):
    """A file that is no anchor, or whose signature is not of our key; the message says which."""


@dataclass(frozen=True)
class Anchor:
    """What one file says; `cut` is the position up to which rows were to be removed, with its digest."""

    name: str
    made_at: str
    position: int
    digest: str
    previous: str
    cut: tuple[int, str] | None = None

    def stated(self) -> dict[str, Any]:
        """Return the signed part of the file."""
        return {
            "format": FORMAT,
            "made_at": self.made_at,
            "position": self.position,
            "digest": self.digest,
            "previous": self.previous,
            "cut": list(self.cut) if self.cut else None,
        }


def folder() -> Path:
    return Path(settings.AUDIT_ANCHOR_DIR)


def files() -> list[Path]:
    """Return the anchors' files, oldest first."""
    return sorted(folder().glob("audit-*.json"))


def write(position: int, digest: str, *, now: datetime, cut: tuple[int, str] | None = None) -> Path:
    """Write the next signed file whole, or not at all; it also names the digest of the file before it."""
    folder().mkdir(parents=True, exist_ok=True)
    before = files()
    anchor = Anchor(
        name=f"audit-{len(before) + 1:06d}-{now:%Y%m%d}.json",
        made_at=now.isoformat(timespec="seconds"),
        position=position,
        digest=digest,
        previous=_sha256(before[-1]) if before else "",
        cut=cut,
    )
    key = signing_key()
    said = {
        "anchor": anchor.stated(),
        "public_key": public_text(key.public_key()),
        "signature": base64.b64encode(key.sign(canonical(anchor.stated()))).decode(),
    }
    path = folder() / anchor.name
    draft = path.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    # A link refuses a name that is taken, where a renaming would replace a file.
    os.link(draft, path)
    draft.unlink()
    return path


def read(path: Path, key: Ed25519PublicKey) -> Anchor:
    """Return what a file says. Raise `Unreadable` where it is not whole or not signed by this key."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        stated, signature = said["anchor"], base64.b64decode(said["signature"], validate=True)
        key.verify(signature, canonical(stated))
        cut = (int(stated["cut"][0]), str(stated["cut"][1])) if stated["cut"] else None
        return Anchor(
            path.name, stated["made_at"], int(stated["position"]), stated["digest"], stated["previous"], cut
        )
    except InvalidSignature:
        raise Unreadable(_("签名与公钥不符，或文件被改动。")) from None
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise Unreadable(_("不是完整的锚定文件。")) from None


def read_all(key: Ed25519PublicKey) -> Iterator[tuple[Path, Anchor | None, str]]:
    """Yield each file with what it says (None if it cannot be believed) and with what is wrong about it."""
    number, previous = 0, ""
    for path in files():
        anchor, wrong = None, ""
        try:
            anchor = read(path, key)
        except Unreadable as error:
            wrong = str(error)
        named = path.name.split("-")[1]
        follows = anchor is None or (named == f"{number + 1:06d}" and anchor.previous == previous)
        if not follows:
            wrong = _("它前面的文件缺失或被替换。")
        yield path, anchor, wrong
        number, previous = int(named) if named.isdecimal() else number + 1, _sha256(path)


def signing_key() -> Ed25519PrivateKey:
    """Return the installation's key, made at first need and readable by its owner only."""
    path = Path(settings.AUDIT_KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def public_key(text: str = "") -> Ed25519PublicKey:
    """Return the key that `text` (base64) holds, or that of this installation."""
    if not text:
        return signing_key().public_key()
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def public_text(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
