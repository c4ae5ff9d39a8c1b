"""Reads a backup: first all of it, whether it is whole; only then is anything restored."""

import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from pyrage import x25519

from . import contents, databases
from .faults import BackupFault, Damaged, NotEmpty
from .streams import Hashed, decrypted
from .writing import FORMAT, PIECE

Take = Callable[[str, IO[bytes]], None]


@dataclass
class Checked:
    """A backup that was read to its end and found whole."""

    about: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, int]:
        return dict(self.manifest["rows"])

    @property
    def files(self) -> int:
        return sum(entry["name"].startswith("files/") for entry in self.manifest["entries"])


def check(path: Path, identity: x25519.Identity) -> Checked:
    """Read the whole backup and compare every digest; raises `Damaged` with the place."""
    if not path.exists():
        raise BackupFault(f"没有这个文件 / No such file: {path}")
    checked = Checked()
    seen: list[dict[str, Any]] = []
    for name, body in _entries(path, identity):
        if name == "manifest.json":
            checked.manifest = json.loads(body.read())
            continue
        if name == "about.json":
            checked.about = json.loads(body.read())
            _check_format(checked.about)
        while body.read(PIECE):
            pass
        seen.append({"name": name, "size": body.size, "sha256": body.sha256.hexdigest()})
    _check_list(path, checked.manifest, seen)
    return checked


def _check_list(path: Path, manifest: dict[str, Any], seen: list[dict[str, Any]]) -> None:
    if not manifest:
        raise Damaged(f"{path}: 缺少末尾的清单 / the list at its end is missing")
    for listed, found in zip(manifest["entries"], seen, strict=False):
        if listed != found:
            raise Damaged(f"{path}: {listed['name']} 与清单不符 / differs from the list")
    if len(seen) != len(manifest["entries"]):
        raise Damaged(f"{path}: 清单与内容的项数不同 / the list has another number of entries")


def restore(path: Path, identity: x25519.Identity) -> Checked:
    """Fill the empty database and folders from a backup that `check` finds whole; returns what it held."""
    checked = check(path, identity)
    made_with = checked.about["database"]
    if made_with != databases.vendor():
        raise BackupFault(
            f"备份来自 {made_with}，当前设置的数据库是 {databases.vendor()} / "
            f"The backup is of {made_with}, the configured database is {databases.vendor()}"
        )
    databases.refuse_unless_empty()
    if not contents.is_storage_empty():
        raise NotEmpty(f"文件目录 {settings.MEDIA_ROOT} 不是空的 / The folder of files is not empty")
    entries = _entries(path, identity)
    rest: list[tuple[str, _Body]] = []
    databases.restore(lambda out: _feed(entries, out, rest))
    for name, body in rest:
        _put(name, body)
    for name, body in entries:
        _put(name, body)
    _compare(checked)
    databases.pass_over_keys()
    return checked


def _check_format(about: dict[str, Any]) -> None:
    if about.get("format") != FORMAT:
        raise Damaged(
            f"备份格式是 {about.get('format')!r}，本程序只认识 {FORMAT} / "
            f"The backup's format is {about.get('format')!r}; this program knows {FORMAT} only"
        )


@contextmanager
def _opened(path: Path, identity: x25519.Identity) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
    with path.open("rb") as source, decrypted(source, identity) as given:
        yield given


class _Body(Hashed):
    """An entry's bytes; where they end too early, `refuse` says why."""

    def __init__(self, source: IO[bytes], refuse: Callable[[Exception], Damaged]) -> None:
        super().__init__(source)
        self.refuse = refuse

    def read(self, size: int = -1) -> bytes:
        try:
            return super().read(size)
        except (tarfile.TarError, EOFError) as fault:
            raise self.refuse(fault) from None


def _entries(path: Path, identity: x25519.Identity) -> Iterator[tuple[str, _Body]]:
    """Yield name and bytes of each entry in order; raises `Damaged` with place and last entry."""
    name = "(begin)"
    with _opened(path, identity) as (stream, confirm):

        def refuse(fault: Exception) -> Damaged:
            stream.close()
            try:
                confirm()
            except Damaged as found:
                return Damaged(f"{path}: {found}；在 {name} 中或之后 / in or after {name}")
            return Damaged(f"{path}: {name} 中或之后不可读 / unreadable in or after {name}: {fault}")

        try:
            with tarfile.open(mode="r|", fileobj=stream, bufsize=PIECE) as archive:
                for info in archive:
                    name = info.name
                    body = archive.extractfile(info)
                    if body is None or not _is_safe(name):
                        raise Damaged(f"{path}: 不该有的一项 {name!r} / an entry that must not be there")
                    yield name, _Body(body, refuse)
            while stream.read(PIECE):
                pass
        except (tarfile.TarError, EOFError) as fault:
            raise refuse(fault) from None
        try:
            confirm()
        except Damaged as fault:
            raise refuse(fault) from None


def _is_safe(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")


def _feed(entries: Iterator[tuple[str, _Body]], out: IO[bytes], rest: list[tuple[str, _Body]]) -> None:
    """Write the parts of the database; the first entry behind them is left in `rest`."""
    for name, body in entries:
        if name == "about.json":
            continue
        if not name.startswith("database/"):
            rest.append((name, body))
            return
        while piece := body.read(PIECE):
            out.write(piece)


def _put(name: str, body: _Body) -> None:
    folder, _, rest = name.partition("/")
    if folder == "files":
        # A bucket asks for a file's length before its bytes.
        with TemporaryFile() as held:
            shutil.copyfileobj(cast(IO[bytes], body), held, PIECE)
            held.seek(0)
            stored = default_storage.save(rest, File(held, name=rest))
        if stored != rest:
            raise BackupFault(f"文件 {rest} 被存为 {stored} / was stored under another name")
    elif folder == "keys":
        _write_key(Path(settings.VAR_DIR, rest), body)
    elif name == "environment":
        _write_key(Path(settings.VAR_DIR, "environment.restored"), body)


def _write_key(path: Path, body: _Body) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.touch(mode=0o600)
    part.write_bytes(body.read())
    part.replace(path)


def _compare(checked: Checked) -> None:
    found = databases.count_rows()
    for table, rows in checked.rows.items():
        if found.get(table) != rows:
            raise BackupFault(
                f"表 {table} 应有 {rows} 行，恢复后有 {found.get(table)} 行 / "
                f"Table {table} should have {rows} rows and has {found.get(table)}"
            )
