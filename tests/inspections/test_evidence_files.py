"""Papers sent beside photos are known by their content, not by their name."""

import io
import zipfile
from typing import Any

import pytest

from inspections.evidence_files import NAME_LENGTH, check_file
from organization.problems import Problem


def office(*parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for part in parts:
            made.writestr(part, "")
    return file.getvalue()


def check(body: bytes, name: str = "整改材料.pdf", size: int | None = None) -> Any:
    return check_file(io.BytesIO(body), name, len(body) if size is None else size)


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b"%PDF-1.7\n", ".pdf"),
        (office("[Content_Types].xml", "word/document.xml"), ".docx"),
        (office("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
    ],
)
def test_paper_has_the_ending_of_its_content(body: bytes, ending: str) -> None:
    paper = check(body, "随便.jpg")
    assert (paper.ending, paper.body) == (ending, body)


@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF0000WEBP"])
def test_picture_is_left_to_who_reads_pictures(head: bytes) -> None:
    assert check(head, "材料.pdf") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"MZ\x90\x00",
        b"<html><script>1</script></html>",
        b"PK\x03\x04" + b"\x00" * 40,
        office("anything.txt"),
        office("word/document.xml", "word/vbaProject.bin"),
        office("xl/workbook.xml", "xl/vbaProject.bin"),
        office("word/document.xml")[:-12],
    ],
    ids=["nothing", "program", "page", "broken", "other", "macros", "macros-of-a-table", "cut"],
)
def test_anything_else_is_refused_by_its_name(body: bytes) -> None:
    with pytest.raises(Problem) as told:
        check(body, "整改报告.docx")
    assert told.value.field == "files"
    assert "“整改报告.docx”不是照片、PDF、Word（docx）或 Excel（xlsx）文件" in str(told.value.message)


def test_file_that_is_too_large_is_not_read(settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 3 * 1024 * 1024
    body = io.BytesIO(b"%PDF-1.7")
    with pytest.raises(Problem) as told:
        check_file(body, "扫描件.pdf", 3 * 1024 * 1024 + 1)
    assert "“扫描件.pdf”超过 3 MB" in str(told.value.message)
    assert body.tell() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../整改\x00报告\u202e.pdf", "整改报告.pdf"),
        ("/", "材料"),
        ("长" * 200 + ".pdf", "长" * (NAME_LENGTH - 4) + ".pdf"),
    ],
)
def test_name_is_kept_without_what_it_must_not_have(given: str, kept: str) -> None:
    assert check(b"%PDF-1.7", given).name == kept
