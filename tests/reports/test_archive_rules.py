"""Every kind of document keeps the archive's rules; and the rules notice what breaks them."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from reports import signing
from tests.reports import certificates
from tests.reports.archive_rules import faults
from tests.reports.pages import Pages
from tests.reports.samples import sample_pages
from tests.small_stage import NOW

KINDS = ["notice", "letter", "order", "circular", "opinion", "score_report", "ledger"]
Break = Callable[[pikepdf.Pdf], Any]


@pytest.fixture
def sample(faces: Any) -> Callable[[str], Pages]:
    return sample_pages


def accessible(body: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "document.pdf"
    path.write_bytes(body)
    command = [sys.executable, "-m", "pdfua", "check", "--min-severity", "error", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_the_rules_of_the_archive(sample: Callable[[str], Pages], kind: str) -> None:
    assert faults(sample(kind).rendered.pdf) == []


def test_signed_document_keeps_them_too(
    sample: Callable[[str], Pages], settings: Any, tmp_path: Path
) -> None:
    signing._from_file.cache_clear()
    path = certificates.pkcs12_file(tmp_path)
    settings.SIGNING = {**settings.SIGNING, "FILE": str(path), "PASSWORD": certificates.PASSWORD}
    signed = signing.sign(sample("notice").rendered.pdf, region="410523000000", name="审服办", now=NOW)
    assert b"/ByteRange" in signed.pdf
    assert faults(signed.pdf) == []
    with pikepdf.open(io.BytesIO(signed.pdf)) as file, file.open_metadata() as said:
        assert str(file.docinfo["/Producer"]) == said["pdf:Producer"]


@pytest.mark.parametrize("kind", KINDS)
def test_tags_pass_a_checker_of_accessibility(
    sample: Callable[[str], Pages], tmp_path: Path, kind: str
) -> None:
    said = accessible(sample(kind).rendered.pdf, tmp_path)
    assert (said.returncode, "PASS" in said.stdout) == (0, True), said.stdout


def test_checker_of_accessibility_sees_a_table_without_heads(
    sample: Callable[[str], Pages], tmp_path: Path
) -> None:
    def spoil(file: pikepdf.Pdf) -> None:
        for obj in file.objects:
            if isinstance(obj, Dictionary) and obj.get("/S") == Name.TH:
                obj.S = Name.TD

    said = accessible(broken(sample("circular").rendered.pdf, spoil), tmp_path)
    assert said.returncode != 0
    assert "no header cell" in said.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_speaks_and_every_text_is_tagged(sample: Callable[[str], Pages], kind: str) -> None:
    with pikepdf.open(io.BytesIO(sample(kind).rendered.pdf)) as file:
        tags = [obj for obj in file.objects if isinstance(obj, Dictionary) and obj.get("/S")]
        figures = [tag for tag in tags if Name.Figure == tag.S]
        assert all(str(figure.get("/Alt", "")).strip() for figure in figures)
        for page in file.pages:
            assert "/StructParents" in page
            depth = 0
            for step in pikepdf.parse_content_stream(page):
                name = str(step.operator)
                depth += (name in ("BDC", "BMC")) - (name == "EMC")
                assert depth or name not in ("Tj", "TJ"), "text outside the tags"


# ---- the rules have teeth


def broken(body: bytes, spoil: Break, **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as file:
        spoil(file)
        file.save(out, **options)
    return out.getvalue()


def font_of(file: pikepdf.Pdf) -> Any:
    return next(iter(file.pages[0].Resources.Font.values()))


def script(file: pikepdf.Pdf) -> None:
    action = Dictionary(Type=Name.Action, S=Name.JavaScript, JS="app.alert(1)")
    file.Root.OpenAction = file.make_indirect(action)


def without_program(file: pikepdf.Pdf) -> None:
    del font_of(file).DescendantFonts[0].FontDescriptor["/FontFile2"]


def other_widths(file: pikepdf.Pdf) -> None:
    font_of(file).DescendantFonts[0].W = Array([1, Array([333])])


def interpolated(file: pikepdf.Pdf) -> None:
    for obj in file.objects:
        if isinstance(obj, pikepdf.Stream) and obj.get("/Subtype") == Name.Image:
            obj.Interpolate = True


def in_cmyk(file: pikepdf.Pdf) -> None:
    page = file.pages[0]
    page.contents_add(b"0 0 0 1 k", prepend=True)


def other_title(file: pikepdf.Pdf) -> None:
    file.docinfo["/Title"] = "别的标题"


def attached(file: pikepdf.Pdf) -> None:
    file.attachments["a.txt"] = b"a"


def hidden(file: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=[0, 0, 10, 10], F=2)
    file.pages[0].Annots = Array([file.make_indirect(note)])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.Root.__delitem__("/OutputIntents"), "6.2.3"),
        (lambda file: file.Root.__delitem__("/Metadata"), "6.6.2"),
        (script, "6.5.1"),
        (without_program, "6.2.11.4"),
        (other_widths, "6.2.11.5"),
        (lambda file: font_of(file).__delitem__("/ToUnicode"), "6.2.11.7"),
        (interpolated, "6.2.8"),
        (in_cmyk, "6.2.4.3"),
        (other_title, "6.6.3"),
        (attached, "6.5 and 6.8"),
        (hidden, "6.3.2"),
    ],
)
def test_rule_notices_what_breaks_it(sample: Callable[[str], Pages], spoil: Break, said: str) -> None:
    found = faults(broken(sample("notice").rendered.pdf, spoil))
    assert [fault for fault in found if fault.startswith(said)], found


def test_encryption_and_what_follows_the_end_are_noticed(sample: Callable[[str], Pages]) -> None:
    body = sample("notice").rendered.pdf
    locked = broken(body, lambda file: None, encryption=pikepdf.Encryption(owner="x", user=""))
    assert any(fault.startswith("6.1.3 no encryption") for fault in faults(locked))
    assert any("after the end" in fault for fault in faults(body + b"more"))
