"""What belongs to an installation besides its database: uploaded files, and the keys in its folder."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from ..health import PROBE
from . import databases


def stored_files() -> Iterator[str]:
    """Yield the name of every file in the storage (photos, notices), in order."""
    yield from _below("")


def _below(folder: str) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder or ".")
    except FileNotFoundError:
        return
    for name in sorted(names):
        path = f"{folder}{name}"
        if path != PROBE:
            yield path
    for name in sorted(folders):
        yield from _below(f"{folder}{name}/")


def is_storage_empty() -> bool:
    return next(stored_files(), None) is None


def key_files() -> Iterator[tuple[str, Path]]:
    """Yield name and path of whatever else the portal's folder keeps: the keys, and what they signed.

    Left out is what is in the backup otherwise (database, uploads) and what is made anew (fonts, figures).
    """
    left_out = {_whole(path) for path in (settings.MEDIA_ROOT, settings.FONTS_DIR, settings.BACKUP_DIR)}
    left_out |= {_whole(settings.VAR_DIR / name) for name in ("setup", "metrics")}
    if databases.vendor() == "sqlite":
        database = str(connection.settings_dict["NAME"])
        left_out |= {_whole(database + end) for end in ("", "-wal", "-shm", "-journal")}
    yield from _files_of(Path(settings.VAR_DIR), left_out, "")


def _whole(path: str | Path) -> Path:
    return Path(path).resolve()


def _files_of(folder: Path, left_out: set[Path], prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        if path.resolve() in left_out or path.name.startswith((".copy-", ".portal.sqlite3.part")):
            continue
        if path.is_dir():
            yield from _files_of(path, left_out, f"{prefix}{path.name}/")
        elif path.is_file():
            yield f"{prefix}{path.name}", path
