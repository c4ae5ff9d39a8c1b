"""Issued notices as files: their names, and a round's as one ZIP."""

import re
import tempfile
import zipfile
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from inspections.models import Round
from organization.audit import record
from organization.models import User

from .models import OfficialDocument

IN_MEMORY = 16 * 1024 * 1024
LONGEST_NAME = 255  # bytes, as most file systems have it
# Characters that some file system refuses, and those that steer a terminal or a spreadsheet.
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


def notice_filename(notice: OfficialDocument) -> str:
    """Such as `审服办〔2026〕3号 关于……的通知.pdf`; a draft says so instead of a number."""
    name = UNSAFE.sub("_", f"{notice.number_text or '草稿'} {notice.title}").encode()
    return name[: LONGEST_NAME - len(".pdf")].decode(errors="ignore") + ".pdf"


def round_zip(*, round: Round, by: User, now: datetime) -> IO[bytes] | None:
    """All issued notices of a round that the person sees, as a ZIP at its beginning; None if none.

    The file is read notice by notice and kept on disk beyond 16 MB, so that memory stays flat.
    Notices whose file is no longer stored are named in a text file.
    """
    rows = (
        OfficialDocument.objects.visible_to(by)
        .issued()
        .filter(round=round)
        .select_related("body")
        .defer("document")
        .order_by("body_id", "year", "number")
    )
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    count, missing = 0, []
    # A PDF is compressed already.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for notice in rows.iterator(chunk_size=100):
            try:
                with notice.pdf.open() as file:
                    archive.writestr(notice_filename(notice), file.read())
                count += 1
            except FileNotFoundError:
                missing.append(notice_filename(notice))
        if missing:
            archive.writestr(*_missing(missing))
    if not count and not missing:
        out.close()
        return None
    record(
        "notices.export", by=by, target=round, region=round.region_id, now=now, count=count, missing=missing
    )
    out.seek(0)
    return out


def _missing(names: list[str]) -> tuple[str, str]:
    """The name and the text of the file that says what is not in the archive."""
    said = _("以下通知已经印发，但文件不在服务器的存储中，请联系系统维护人员从备份恢复：")
    return _("缺少的文件.txt"), "\ufeff" + "\r\n".join([said, *names, ""])
