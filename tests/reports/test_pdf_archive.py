"""The finished PDF as an archive keeps it: PDF/A-3b marks, tags, language, title; and what proves it."""

import io
import re
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from reports import pdf, signing, verification
from reports.document import digest
from tests.reports import certificates
from tests.reports.notices import notice
from tests.reports.test_signing import status
from tests.small_stage import NOW

TOKEN = "v" * 22


@pytest.fixture(scope="module")
def printed_for_real(faces: Any) -> pdf.Rendered:
    document = notice(3)
    return pdf.render(document, {}, verification.mark(document, TOKEN))


@pytest.fixture(params=["plain", "signed"])
def body(request: Any, printed_for_real: pdf.Rendered, settings: Any, tmp_path: Path) -> bytes:
    """The same file before and after it is signed."""
    if request.param == "plain":
        return printed_for_real.pdf
    signing._from_file.cache_clear()
    path = certificates.pkcs12_file(tmp_path)
    settings.SIGNING = {**settings.SIGNING, "FILE": str(path), "PASSWORD": certificates.PASSWORD}
    return signing.sign(printed_for_real.pdf, region="410523000000", name="审服办", now=NOW).pdf


def test_metadata_says_archive_title_and_language(body: bytes) -> None:
    with pikepdf.open(io.BytesIO(body)) as file, file.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "B")
        assert said["dc:title"] == notice(3).title_text == str(file.docinfo["/Title"])
        assert str(file.Root.Lang) == "zh-CN"
        assert bool(file.Root.ViewerPreferences.DisplayDocTitle)
        assert not file.is_encrypted
        assert file.trailer.ID is not None


def test_colors_have_an_output_intent(body: bytes) -> None:
    with pikepdf.open(io.BytesIO(body)) as file:
        (intent,) = file.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert len(intent.DestOutputProfile.read_bytes()) > 400


def test_every_font_is_embedded_and_maps_to_text(body: bytes) -> None:
    with pikepdf.open(io.BytesIO(body)) as file:
        fonts = [font for page in file.pages for font in page.Resources.get("/Font", {}).values()]
        assert fonts
        for font in fonts:
            descendant = font.DescendantFonts[0]
            assert "/FontFile2" in descendant.FontDescriptor
            assert "/ToUnicode" in font


def test_nothing_in_it_acts(body: bytes) -> None:
    """No script, no launch, no form action, no file from outside (ISO 19005-3, 6.5 and 6.6)."""
    with pikepdf.open(io.BytesIO(body)) as file:
        text = b"\n".join(
            obj.unparse() for obj in file.objects if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream)
        )
    for name in (b"/JavaScript", b"/JS ", b"/Launch", b"/OpenAction", b"/AA ", b"/RichMedia", b"/XFA"):
        assert name not in text
    with pikepdf.open(io.BytesIO(body)) as file:
        assert "/Names" not in file.Root or "/JavaScript" not in file.Root.Names


def test_structure_has_headings_tables_and_every_text(body: bytes) -> None:
    with pikepdf.open(io.BytesIO(body)) as file:
        assert bool(file.Root.MarkInfo.Marked)
        kinds = [str(obj.S) for obj in file.objects if isinstance(obj, pikepdf.Dictionary) and "/S" in obj]
    for kind in ("/Document", "/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"):
        assert kind in kinds


def test_two_more_programs_find_no_fault(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(body)
    said = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True, timeout=60)
    assert re.search(r"Tagged:\s+yes", said.stdout)
    assert said.stderr == ""
    said = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr) == (0, "")


def test_signature_of_the_real_document_holds(body: bytes) -> None:
    if b"/ByteRange" in body:
        verdict = status(body)
        assert verdict.bottom_line
        assert verdict.coverage.name == "ENTIRE_FILE"


# ---- what is printed for checking


def test_each_page_carries_number_and_digest(printed_for_real: pdf.Rendered) -> None:
    document = notice(3)
    line = f"{document.number.text}　摘要 {verification.short(digest(document))}".replace("　", "")
    with pypdfium2.PdfDocument(printed_for_real.pdf) as file:
        pages = [page.get_textpage().get_text_range() for page in file]
    assert len(pages) > 1
    for text in pages:
        assert line.replace(" ", "") in re.sub(r"\s|\u2060|　", "", text)


def test_draft_carries_nothing_to_rely_on() -> None:
    assert verification.mark(notice(3, preview=True), TOKEN) is None


def test_code_leads_to_the_public_page(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example.gov.cn/"
    assert verification.address(TOKEN) == f"https://portal.example.gov.cn/verify/{TOKEN}/"


@pytest.mark.parametrize("dots", [150, 300])
def test_code_is_read_from_the_printed_page(faces: Any, settings: Any, dots: int) -> None:
    """At the resolution of a poor copier too, and with the address of a long host name."""
    settings.PUBLIC_URL = "https://bianminfuwu.tangyinxian.example.gov.cn"
    document = notice(1)
    body = pdf.render(document, {}, verification.mark(document, TOKEN)).pdf
    with pypdfium2.PdfDocument(body) as file:
        picture = file[len(file) - 1].render(scale=dots / 72).to_pil().convert("L")
        first = file[0].render(scale=dots / 72).to_pil().convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [verification.address(TOKEN)]
    assert zxingcpp.read_barcodes(first) == []


def test_digest_is_shortened_to_64_bits_in_groups() -> None:
    assert verification.short("0123456789abcdef" * 4) == "0123 4567 89ab cdef"
