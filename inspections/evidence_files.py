"""Papers that a township may send beside photos: PDF and office files, told apart by their content."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from organization.problems import Problem

PICTURES = (b"\xff\xd8", b"\x89PNG", b"RIFF")
# The part that makes a ZIP a Word or an Excel file.
OFFICE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
NAME_LENGTH = 100


@dataclass(frozen=True)
class Paper:
    """A file that may be kept: its bytes, the name it came with, and the ending that its content has."""

    body: bytes
    name: str
    ending: str


def check_file(upload: BinaryIO, name: str, size: int) -> Paper | None:
    """Return the paper, or None for what looks like a picture; raises `Problem` for anything else."""
    if size > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Problem(
            _("“%(name)s”超过 %(limit)d MB，请缩小后再传。") % {"name": name, "limit": limit}, "files"
        )
    body = upload.read()
    if body.startswith(PICTURES):
        return None
    ending = _ending(body)
    if ending is None:
        raise Problem(
            _("“%(name)s”不是照片、PDF、Word（docx）或 Excel（xlsx）文件，请换一种格式再传。")
            % {"name": name},
            "files",
        )
    clean = "".join(sign for sign in PurePath(name).name if sign.isprintable())
    return Paper(body, (clean or _("材料"))[-NAME_LENGTH:], ending)


def _ending(body: bytes) -> str | None:
    if body.startswith(b"%PDF-"):
        return ".pdf"
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return None
    # A file with macros could do harm on the reader's machine.
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((ending for ending, part in OFFICE.items() if part in names), None)
