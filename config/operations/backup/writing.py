"""Makes one backup: a tar stream inside an age file, which appears under its name only when it is whole."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from . import contents, databases
from .faults import BackupFault
from .streams import Hashed, encrypted, read_recipients

FORMAT = 1
PART = 8 * 1024 * 1024
PIECE = 1024 * 1024
ENDING = ".tar.age"


@dataclass
class Manifest:
    """What the archive holds; its last entry. `rows` counts each table at the moment of the dump."""

    rows: dict[str, int] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)

    def as_json(self) -> bytes:
        return json.dumps(self.__dict__, ensure_ascii=False, indent=1).encode()


class HashedOut:
    """A file that is hashed as it is written."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.sha256 = out, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.sha256.update(piece)
        return self.out.write(piece)

    def flush(self) -> None:
        self.out.flush()


@dataclass(frozen=True)
class Written:
    """A finished backup; `sha256` is of the encrypted file."""

    path: Path
    size: int
    sha256: str
    rows: int
    files: int
    vanished: list[str]


def write_backup(folder: Path, recipients: Sequence[str], now: datetime) -> Written:
    """Write a backup into `folder`, read it back, and put its digest beside it.

    Until it is whole its name ends in `.part`; parts of a backup that was killed are removed first.
    """
    keys = read_recipients(recipients)
    if not keys:
        raise BackupFault(
            "没有设备份公钥 PORTAL_BACKUP_RECIPIENTS（用 manage.py backup_key 生成）/ "
            "No public key in PORTAL_BACKUP_RECIPIENTS (manage.py backup_key makes one)"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"portal-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}"
    part = path.with_name(path.name + ".part")
    for stale in folder.glob(f"portal-*{ENDING}.part"):
        stale.unlink()
    try:
        with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            out = HashedOut(file)
            with encrypted(cast(IO[bytes], out), keys) as stream:
                manifest = _write_archive(stream, folder, now)
            file.flush()
            os.fsync(file.fileno())
        digest = out.sha256.hexdigest()
        if digest_of(part) != digest:
            raise BackupFault(
                f"{part}: 写入后读回的内容不一致 / what was written does not read back the same"
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n")
    _flush_folder(folder)
    files = sum(entry["name"].startswith("files/") for entry in manifest.entries)
    return Written(path, path.stat().st_size, digest, sum(manifest.rows.values()), files, manifest.vanished)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups of a folder with their digests; returns what went."""
    gone = sorted(folder.glob(f"portal-*{ENDING}"))[: -keep or None] if keep else []
    for path in gone:
        path.unlink()
        path.with_name(path.name + ".sha256").unlink(missing_ok=True)
    return gone


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_archive(stream: IO[bytes], folder: Path, now: datetime) -> Manifest:
    manifest = Manifest()
    with tarfile.open(mode="w|", fileobj=stream, format=tarfile.PAX_FORMAT, bufsize=PIECE) as archive:
        _add_bytes(archive, manifest, "about.json", _about(now), now)
        # The database first: every file that it knows of is still there when the files are read.
        with databases.dumped(folder) as (dump, rows):
            manifest.rows = rows
            number = 0
            while piece := dump.read(PART):
                number += 1
                _add_bytes(archive, manifest, f"database/{number:06d}", piece, now)
        for name in contents.stored_files():
            _add_stored(archive, manifest, name, now)
        for name, path in contents.key_files():
            _add_bytes(archive, manifest, f"keys/{name}", path.read_bytes(), now)
        environment = Path(settings.BASE_DIR, ".env")
        if environment.exists():
            _add_bytes(archive, manifest, "environment", environment.read_bytes(), now)
        _add_bytes(archive, Manifest(), "manifest.json", manifest.as_json(), now)
    return manifest


def _about(now: datetime) -> bytes:
    applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    about = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "database": databases.vendor(),
        "migrations": applied,
    }
    return json.dumps(about, indent=1).encode()


def _entry(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(now.timestamp()), 0o600
    return info


def _add_bytes(archive: tarfile.TarFile, manifest: Manifest, name: str, body: bytes, now: datetime) -> None:
    archive.addfile(_entry(name, len(body), now), io.BytesIO(body))
    manifest.entries.append({"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()})


def _add_stored(archive: tarfile.TarFile, manifest: Manifest, name: str, now: datetime) -> None:
    try:
        size, file = default_storage.size(name), default_storage.open(name)
    except FileNotFoundError:
        # Taken out by a person between the listing and now.
        manifest.vanished.append(name)
        return
    with file:
        source = Hashed(file)
        archive.addfile(_entry(f"files/{name}", size, now), source)
    sha256 = source.sha256.hexdigest()
    manifest.entries.append({"name": f"files/{name}", "size": size, "sha256": sha256})
