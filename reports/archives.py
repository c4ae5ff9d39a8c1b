"""The files that jobs make: a round's documents as one ZIP with an index, volumes for the printer, tables."""

import hashlib
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pypdfium2
from django.core.files import File
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organization.models import User

from .actions import job_steps
from .exports import archive_name
from .finding_tables import Part
from .holding import held
from .long_tables import LongTable, table_of
from .models import Job, JobFile, JobItem
from .permissions import can_write_table
from .sheets import Rows
from .tables import index_of

BATCH = 20  # documents between two signs of life
PAUSE = 1  # seconds between them while a table is written
CHUNK = 1 << 20
A4 = (595.276, 841.89)  # points


class Cancelled(Exception):
    """The job was cancelled while its table was written."""


@dataclass
class Account:
    """What became of a file's documents since the last sign of life, and how many rows a table has by now."""

    made: JobFile
    done: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    kept_at: float = field(default_factory=time.monotonic)

    def kept(self) -> bool:
        """Write it down; false where the job was cancelled meanwhile."""
        alive = job_steps.keep_file(
            made=self.made, done=self.done, failed=self.failed, rows=self.rows, now=timezone.now()
        )
        self.done, self.failed, self.kept_at = [], {}, time.monotonic()
        return alive

    def through(self, rows: Rows, each: int) -> Rows:
        """Count rows on their way and give a sign of life about every second; raises `Cancelled`."""
        for row in rows:
            yield row
            self.rows += each
            if time.monotonic() - self.kept_at >= PAUSE and not self.kept():
                raise Cancelled


def make(made: JobFile) -> None:
    """Make a claimed file and store it; a cancelled job's is let go. Making it again replaces it."""
    account = Account(made)
    with tempfile.TemporaryDirectory() as folder, held(made, lambda: account.kept_at):
        path = Path(folder) / "made"
        pages = _builder(made.job)(made, path, account)
        if pages is None or not account.kept():
            job_steps.let_go(made=made)
            return
        if made.file:
            made.file.delete(save=False)
        with path.open("rb") as body:
            made.file.save(f"{made.job_id}-{made.number}{Path(made.name).suffix}", File(body), save=False)
        size = path.stat().st_size
    rows = {"rows": account.rows, "rows_done": account.rows} if made.job.is_table else {}
    job_steps.finish(
        piece=made, now=timezone.now(), file=made.file.name, size=size, pages=pages, removed_at=None, **rows
    )


def _builder(job: Job) -> Callable[[JobFile, Path, Account], int | None]:
    if job.is_table:
        return _table
    return _zip if job.kind == Job.Kind.EXPORT else _volume


def _items(made: JobFile) -> Iterator[tuple[int, JobItem]]:
    rows = made.items.select_related("document__body", "document__inspection__center", "document__region")
    rows = rows.defer(
        "document__document", "document__inspection__snapshot", "document__inspection__corrected"
    )
    return enumerate(rows.order_by("place").iterator(chunk_size=200), start=1)


def _zip(made: JobFile, path: Path, account: Account) -> int | None:
    """Copy the stored files piece by piece, so that memory stays flat; None where the job was cancelled."""
    rows: list[tuple[Any, str, str]] = []
    names: set[str] = set()
    # A PDF is compressed already.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        for count, item in _items(made):
            name = archive_name(item.document, names)
            why = _copied(item, archive, name)
            _tell(account, item, why)
            rows.append((item.document, "" if why else name, why))
            if count % BATCH == 0 and not account.kept():
                return None
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as index:
            index_of(index.name, made.job, rows)
            archive.write(index.name, _("目录.xlsx"), zipfile.ZIP_STORED)
    return 0


def _tell(account: Account, item: JobItem, why: str) -> None:
    if why:
        account.failed[item.pk] = why
    else:
        account.done.append(item.pk)


def _copied(item: JobItem, archive: zipfile.ZipFile, name: str) -> str:
    """Copy a document's file into the archive if its bytes are the issued ones; else say why not."""
    found = _checked(item)
    if isinstance(found, str):
        return found
    entry = zipfile.ZipInfo(name, timezone.localtime(item.document.issued_at).timetuple()[:6])
    entry.external_attr = 0o640 << 16
    with found, archive.open(entry, "w") as target:
        while chunk := found.read(CHUNK):
            target.write(chunk)
    return ""


def _checked(item: JobItem) -> IO[bytes] | str:
    """The stored file, open at its beginning, or in words what is wrong with it."""
    number = {"number": item.document.number_text}
    try:
        body = item.document.pdf.open()
    except FileNotFoundError:
        text = _("印发的文件不在服务器的存储中，请联系系统维护人员从备份恢复。文号：%(number)s。")
        return text % number
    if hashlib.file_digest(body, "sha256").hexdigest() != item.document.sha256:
        body.close()
        text = _("存储中的文件与印发时不一致，没有导出，请联系系统维护人员从备份恢复。文号：%(number)s。")
        return text % number
    body.seek(0)
    return body


def _volume(made: JobFile, path: Path, account: Account) -> int | None:
    """One PDF in which every document begins on an odd page, that is on a sheet of its own."""
    with pypdfium2.PdfDocument.new() as volume:
        for count, item in _items(made):
            found = _checked(item)
            if isinstance(found, str):
                _tell(account, item, found)
            else:
                with found:
                    _append(volume, found)
                _tell(account, item, "")
            if count % BATCH == 0 and not account.kept():
                return None
        pages = len(volume)
        if not pages:
            volume.new_page(*A4)
        volume.save(path, version=17)
    return pages


def _table(made: JobFile, path: Path, account: Account) -> int | None:
    """A table of what its person may see now, in their language; raises `NotAllowed`.

    Roles are read anew: the job may have waited, and its row may know them from before.
    """
    job, by = made.job, User.objects.get(pk=made.job.started_by_id)
    table = table_of(job, by)
    can_write_table(by, job).enforce(action=table.action, **table.trail)
    with translation.override(job.language):
        if made.rows is None:
            _count(made, table)
        try:
            table.write(path, Part(made.first_code, made.last_code), account.through)
        except Cancelled:
            return None
    return 0


def _count(made: JobFile, table: LongTable) -> None:
    """Say how many rows there will be; what is too long for one file is divided."""
    parts = table.parts()
    files = [
        JobFile(
            job=made.job, number=number, name=table.name(number if len(parts) > 1 else 0), rows=rows,
            first_code=part.first, last_code=part.last,
        )
        for number, (part, rows) in enumerate(parts, start=1)
    ]  # fmt: skip
    job_steps.divide_table(made=made, files=files)


def _append(volume: Any, body: IO[bytes]) -> None:
    with pypdfium2.PdfDocument(body.read()) as document:
        volume.import_pages(document)
        if len(document) % 2:
            width, height = document[len(document) - 1].get_size()
            volume.new_page(width, height)
