"""The files that jobs make: names, index, bytes, sheets of paper; and that memory stays flat."""

import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import openpyxl
import pypdfium2
import pytest
from PIL import Image

from inspections.answers import Given
from reports import actions, exports, pdf, tasks
from reports.actions import jobs
from reports.models import Job, OfficialDocument
from tests.small_stage import NOW, Stage, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def round_of(quick_pdf: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stage]:
    """A round whose issued documents are these files."""

    def build(*bodies: bytes) -> Stage:
        stage = small_stage(townships=len(bodies))
        for place, body in enumerate(bodies):
            made_of = pdf.Rendered(body, hashlib.sha256(body).hexdigest(), 1, ("Blank",))
            monkeypatch.setattr(pdf, "render", lambda *args, made_of=made_of, **more: made_of)
            issued(stage, submitted(stage, place, **SHORT))
        return stage

    return build


@pytest.fixture(scope="module")
def notice_pdf(printed: Callable[..., Any]) -> bytes:
    """A notice as it is really printed."""
    return printed(1).rendered.pdf


@pytest.fixture
def round_of_three(round_of: Callable[..., Stage]) -> Stage:
    return round_of(pages(3, 203), pages(2, 202), pages(1, 201))


def made(stage: Stage, kind: str) -> list[bytes]:
    job = actions.start_job(kind=Job.Kind(kind), round=stage.round, by=stage.cast["administrator"], now=NOW)
    tasks.work(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done"
    found = []
    for file in job.files.all():
        with file.file.open() as body:
            found.append(body.read())
        assert (file.size, file.state) == (len(found[-1]), "done")
    return found


def pages(count: int, width: int = 210) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("L", (width, 297), "white") for _page in range(count)]
    first.save(out, "PDF", save_all=True, append_images=rest)
    return out.getvalue()


# ---- the ZIP


def test_zip_holds_each_document_byte_for_byte_under_number_and_center(round_of_three: Stage) -> None:
    (body,) = made(round_of_three, "export")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "汤政服办〔2026〕1号 城关镇党政综合便民服务中心.pdf",
            "汤政服办〔2026〕2号 菜园镇党政综合便民服务中心.pdf",
            "汤政服办〔2026〕3号 任固镇党政综合便民服务中心.pdf",
            "目录.xlsx",
        ]
        for document, name in zip(
            OfficialDocument.objects.order_by("number"), archive.namelist(), strict=False
        ):
            assert hashlib.sha256(archive.read(name)).hexdigest() == document.sha256
            assert archive.getinfo(name).flag_bits & 0x800  # the name is told to be UTF-8


def test_index_lists_what_is_in_it_and_what_is_not(round_of_three: Stage) -> None:
    lost = OfficialDocument.objects.get(number=2)
    lost.pdf.storage.delete(lost.pdf.name)
    by = round_of_three.cast["administrator"]
    first = OfficialDocument.objects.get(number=1)
    actions.deliver(document=first, way="system", by=by, now=NOW)
    (body,) = made(round_of_three, "export")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert len(archive.namelist()) == 3
        sheet = openpyxl.load_workbook(io.BytesIO(archive.read("目录.xlsx"))).active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [(row[0], row[1], row[8]) for row in rows] == [
        (1, "汤政服办〔2026〕1号", "汤政服办〔2026〕1号 城关镇党政综合便民服务中心.pdf"),
        (2, "汤政服办〔2026〕2号", None),
        (3, "汤政服办〔2026〕3号", "汤政服办〔2026〕3号 任固镇党政综合便民服务中心.pdf"),
    ]
    assert "从备份恢复" in rows[1][10]
    assert rows[0][9] == first.sha256
    assert [row[7] for row in rows] == ["已送达", "已印发", "已印发"]


@pytest.mark.parametrize(
    ("center", "name"),
    [
        ("甲镇中心", "审服办〔2026〕3号 甲镇中心.pdf"),
        ("../../etc/passwd", "审服办〔2026〕3号 .._.._etc_passwd.pdf"),
        ('a\\b:c*d?e"f<g>h|i\n\x07j', "审服办〔2026〕3号 a_b_c_d_e_f_g_h_i__j.pdf"),
        ("中心. . ", "审服办〔2026〕3号 中心.pdf"),
        ("反\u202efdp", "审服办〔2026〕3号 反_fdp.pdf"),
        ("长" * 300, "审服办〔2026〕3号 " + "长" * 88 + ".pdf"),
    ],
)
def test_name_is_one_that_windows_takes(center: str, name: str) -> None:
    document = SimpleNamespace(
        number_text="审服办〔2026〕3号",
        title="",
        inspection=SimpleNamespace(center=SimpleNamespace(name=center)),
    )
    assert exports.archive_name(document, set()) == name
    assert len(name) <= 104


def test_same_name_is_told_apart_whatever_its_case() -> None:
    taken: set[str] = set()
    names = [
        exports.archive_name(SimpleNamespace(number_text="1号", title=title, inspection=None), taken)
        for title in ("通报A", "通报a", "通报A")
    ]
    assert names == ["1号 通报A.pdf", "1号 通报a (2).pdf", "1号 通报A (3).pdf"]


# ---- the volumes for the printer


def test_every_document_begins_on_an_odd_page(round_of_three: Stage) -> None:
    (body,) = made(round_of_three, "print")
    with pypdfium2.PdfDocument(body) as volume:
        widths = [round(page.get_size()[0]) for page in volume]
    # A document of n pages is 200 + n wide; its blank page is as wide as itself.
    assert widths == [203] * 4 + [202] * 2 + [201] * 2


def test_pages_keep_their_text_and_blank_ones_have_none(
    notice_pdf: bytes, round_of: Callable[..., Stage]
) -> None:
    notice = notice_pdf
    (body,) = made(round_of(notice, notice), "print")
    with pypdfium2.PdfDocument(notice) as single, pypdfium2.PdfDocument(body) as volume:
        said = [page.get_textpage().get_text_range() for page in single]
        sheets = said + [""] * (len(said) % 2)
        assert [page.get_textpage().get_text_range() for page in volume] == sheets * 2
        assert "存在问题" in sheets[0]


def test_long_round_is_printed_in_volumes(round_of_three: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "VOLUME", 2)
    volumes = made(round_of_three, "print")
    assert [count_pages(volume) for volume in volumes] == [6, 2]
    names = list(Job.objects.get().files.values_list("name", flat=True))
    assert [name.rpartition(" ")[2] for name in names] == ["第1册.pdf", "第2册.pdf"]


def count_pages(body: bytes) -> int:
    with pypdfium2.PdfDocument(body) as document:
        return len(document)


def test_altered_file_is_not_exported(round_of_three: Stage) -> None:
    document = OfficialDocument.objects.get(number=1)
    document.pdf.storage.delete(document.pdf.name)
    document.pdf.storage.save(document.pdf.name, io.BytesIO(b"%PDF-1.7 something else"))
    (body,) = made(round_of_three, "export")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert not [name for name in archive.namelist() if "〕1号" in name]
    assert "不一致" in Job.objects.get().items.get(document=document).error


# ---- memory


def test_zip_is_copied_in_small_pieces(round_of: Callable[..., Stage]) -> None:
    """Three files of 20 MB each: at no time are many bytes held."""
    stage = round_of(*[bytes(20_000_000)] * 3)
    job = actions.start_job(kind=Job.Kind.EXPORT, round=stage.round, by=stage.cast["administrator"], now=NOW)
    tracemalloc.start()
    tasks.work(str(job.pk))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert job.files.get().size > 60_000_000
    assert most < 8_000_000
