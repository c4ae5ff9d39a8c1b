"""Issued notices as files: their names, and a round's as one ZIP."""

import io
import zipfile
from typing import Any

import pytest

from inspections.answers import Given
from organization.models import AuditEntry, Role
from reports import actions, exports
from reports.models import OfficialDocument
from tests.factories import make_user
from tests.small_stage import NOW, Stage, drafted, issued, submitted
from tests.stage import make_round

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


def unpacked(stage: Stage, by: Any = None, round: Any = None) -> dict[str, bytes] | None:
    out = exports.round_zip(round=round or stage.round, by=by or stage.cast["administrator"], now=NOW)
    if out is None:
        return None
    with zipfile.ZipFile(io.BytesIO(out.read())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_zip_holds_the_rounds_issued_notices_byte_for_byte(stage: Stage, quick_pdf: Any) -> None:
    notices = [issued(stage, submitted(stage, place, **SHORT)) for place in (0, 1)]
    files = unpacked(stage)
    assert files == {exports.notice_filename(notice): actions.bytes_of(notice, now=NOW) for notice in notices}
    assert [name.split()[0] for name in files] == ["汤政服办〔2026〕1号", "汤政服办〔2026〕2号"]
    entry = AuditEntry.objects.get(action="notices.export")
    assert (entry.by, entry.detail["count"]) == (stage.cast["administrator"], 2)


def test_drafts_and_other_rounds_are_left_out(stage: Stage, quick_pdf: Any) -> None:
    issued(stage, submitted(stage, 0, **SHORT))
    drafted(stage, submitted(stage, 1, **SHORT))
    assert len(unpacked(stage)) == 1
    empty = make_round(stage.county, stage.edition, stage.cast["administrator"], "另一轮")
    assert unpacked(stage, round=empty) is None
    assert AuditEntry.objects.filter(action="notices.export").count() == 1


def test_zip_holds_what_the_person_sees_and_nothing_else(stage: Stage, other: Stage, quick_pdf: Any) -> None:
    for place in (0, 1):
        issued(stage, submitted(stage, place, **SHORT))
    near = make_user("near", [(Role.ADMINISTRATOR, stage.county.townships[1])])
    assert [name.split()[0] for name in unpacked(stage, near)] == ["汤政服办〔2026〕2号"]
    assert unpacked(stage, other.cast["administrator"]) is None


def test_file_that_is_gone_is_named_in_the_zip(stage: Stage, quick_pdf: Any) -> None:
    first, second = (issued(stage, submitted(stage, place, **SHORT)) for place in (0, 1))
    first.pdf.storage.delete(first.pdf.name)
    files = unpacked(stage)
    assert set(files) == {"缺少的文件.txt", exports.notice_filename(second)}
    assert exports.notice_filename(first) in files["缺少的文件.txt"].decode("utf-8-sig").splitlines()
    detail = AuditEntry.objects.get(action="notices.export").detail
    assert (detail["count"], detail["missing"]) == (1, [exports.notice_filename(first)])


def test_zip_larger_than_memory_is_kept_on_disk(
    stage: Stage, quick_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "IN_MEMORY", 10)
    issued(stage, submitted(stage, 0, **SHORT))
    out = exports.round_zip(round=stage.round, by=stage.cast["administrator"], now=NOW)
    assert out._rolled
    assert zipfile.ZipFile(out).testzip() is None


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("关于甲的通知", "草稿 关于甲的通知.pdf"),
        ("../../etc/passwd", "草稿 .._.._etc_passwd.pdf"),
        ('a\\b:c*d?e"f<g>h|i\n\x07j', "草稿 a_b_c_d_e_f_g_h_i__j.pdf"),
        ("长" * 300, f"草稿 {'长' * 81}.pdf"),
    ],
)
def test_name_is_one_that_every_system_takes(title: str, name: str) -> None:
    assert exports.notice_filename(OfficialDocument(title=title)) == name
    assert len(name.encode()) <= 255
