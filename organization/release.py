"""Which release of the portal's pages this is: devices that keep pages ask whether there is a newer one."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

LENGTH = 12


def release() -> str:
    """Return the setting's name, or a digest of what pages are made of: templates, words, scripts, styles."""
    if settings.RELEASE:
        return str(settings.RELEASE)
    return _name(getattr(staticfiles_storage, "manifest_hash", ""))


@cache
def _name(manifest: str) -> str:
    files = manifest or _digest(settings.BASE_DIR / "static")
    pages = _digest(settings.BASE_DIR / "templates") + _digest(settings.BASE_DIR / "locale")
    return sha256(f"{files} {pages}".encode()).hexdigest()[:LENGTH]


def _digest(folder: Path) -> str:
    """Every process of a release finds the same: names and contents, whatever the order on the disk."""
    whole = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".mo"):
        whole.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
