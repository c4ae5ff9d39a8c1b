"""Issued documents as files: the names under which they leave the portal."""

import re

from .models import OfficialDocument

LONGEST_NAME = 255  # bytes, as most file systems have it
LONGEST_IN_ARCHIVE = 100  # characters: Windows counts the folders before a name into its 260
# Characters that some file system refuses, and those that steer a terminal or a spreadsheet.
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]')


def notice_filename(notice: OfficialDocument) -> str:
    """Such as `审服办〔2026〕3号 关于……的通知.pdf`; a draft says so instead of a number."""
    name = UNSAFE.sub("_", f"{notice.number_text or '草稿'} {notice.title}").encode()
    return name[: LONGEST_NAME - len(".pdf")].decode(errors="ignore") + ".pdf"


def archive_name(document: OfficialDocument, taken: set[str]) -> str:
    """Such as `审服办〔2026〕3号 宜沟镇党政综合便民服务中心.pdf`, once: `taken` are those before it.

    Windows takes it: no character of its own, no dot or space at the end, no two that differ in case only.
    """
    about = document.inspection.center.name if document.inspection else document.title
    stem = UNSAFE.sub("_", f"{document.number_text} {about}")[:LONGEST_IN_ARCHIVE].rstrip(" .")
    name, turn = f"{stem}.pdf", 1
    while name.casefold() in taken:
        turn += 1
        name = f"{stem} ({turn}).pdf"
    taken.add(name.casefold())
    return name
