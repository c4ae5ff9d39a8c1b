"""Issuing: a number without a gap, bytes and content that never change, once however often asked."""

import hashlib
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from inspections.answers import Given
from inspections.models import Finding, Inspection
from organization.models import AuditEntry, Role
from organization.problems import NotAllowed, Problem
from reports import actions, pdf
from reports.actions import issuing
from reports.document import from_plain
from reports.models import GivenNumber, IssuingBody, NumberSequence, OfficialDocument
from tests.factories import make_user
from tests.small_stage import (
    NOW,
    OFFICE,
    Stage,
    drafted,
    issued,
    later,
    small_stage,
    submitted,
)

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开")}


@pytest.fixture
def inspection(stage: Stage) -> Inspection:
    return submitted(stage, **SHORT)


def edit(notice: OfficialDocument, by: Any, **changes: Any) -> OfficialDocument:
    fields = {
        "addressee": "城关镇人民政府",
        "report_days": 15,
        "contact": "李明",
        "phone": "0372-6200000",
        "copy_to": "",
    } | changes
    return actions.edit_document(document=notice, fields=fields, by=by, now=later(1))


def numbers() -> list[int]:
    return list(OfficialDocument.objects.issued().order_by("number").values_list("number", flat=True))


# ---- issuing


def test_issued_notice_has_number_bytes_and_frozen_content(
    stage: Stage, inspection: Inspection, quick_pdf: list[Any]
) -> None:
    notice = issued(stage, inspection)
    notice.refresh_from_db()
    assert notice.number_text == "汤政服办〔2026〕1号"
    assert (notice.issued_by, notice.issued_at, notice.dated_on) == (
        stage.cast["signatory"], NOW, date(2026, 11, 20),
    )  # fmt: skip
    body = notice.pdf.read()
    assert hashlib.sha256(body).hexdigest() == notice.sha256
    assert from_plain(notice.document) == quick_pdf[-1]
    assert quick_pdf[-1].number.text == notice.number_text
    assert Finding.objects.get().state == "notified"
    assert AuditEntry.objects.get(action="document.issue").detail["number"] == notice.number_text
    assert actions.bytes_of(notice, now=later(1)) == body


def test_notice_is_really_rendered(stage: Stage, inspection: Inspection, faces: Any) -> None:
    notice = issued(stage, inspection)
    body = actions.bytes_of(notice, now=NOW)
    assert body.startswith(b"%PDF-")
    assert notice.faces


def test_numbers_follow_each_other_by_office_and_year(stage: Stage, other: Stage, quick_pdf: Any) -> None:
    for place in (0, 1):
        issued(stage, submitted(stage, place, **SHORT))
    elsewhere = issued(other, submitted(other, 0, **SHORT))
    next_year = issued(other, submitted(other, 1, **SHORT), later(60))
    assert numbers() == [1, 1, 1, 2]
    assert elsewhere.number_text == "滑政服办〔2026〕1号"
    assert next_year.number_text == "滑政服办〔2027〕1号"


def test_day_of_issue_is_the_day_in_china(stage: Stage, inspection: Inspection, quick_pdf: Any) -> None:
    """Half past eleven at night of 31 December in China is the old year, an hour later the new one."""
    late = NOW.replace(month=12, day=31, hour=23, minute=30)
    assert issued(stage, inspection, late).dated_on == date(2026, 12, 31)
    second = submitted(stage, 1, **SHORT)
    assert issued(stage, second, late.replace(year=2027, month=1, day=1, hour=0)).number_text.endswith(
        "〔2027〕1号"
    )


def test_issued_twice_is_issued_once(stage: Stage, inspection: Inspection, quick_pdf: Any) -> None:
    notice = issued(stage, inspection)
    again = actions.issue_document(document=notice, by=stage.cast["signatory"], now=later(1))
    assert (again.pk, again.issued_at) == (notice.pk, NOW)
    with pytest.raises(NotAllowed, match="已经印发"):
        actions.issue_document(document=notice, by=stage.cast["administrator"], now=later(1))
    assert numbers() == [1]
    assert AuditEntry.objects.filter(action="document.issue").count() == 1
    assert NumberSequence.objects.get().last == 1
    assert len(quick_pdf) == 1


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator", "signatory"}))
def test_issuing_is_for_administrator_and_signatory(
    stage: Stage, inspection: Inspection, quick_pdf: Any, role: str
) -> None:
    notice = drafted(stage, inspection)
    with pytest.raises(NotAllowed):
        actions.issue_document(document=notice, by=stage.cast[role], now=NOW)
    assert not NumberSequence.objects.exists()
    assert quick_pdf == []


def test_failing_engine_leaves_no_gap(
    stage: Stage, inspection: Inspection, quick_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(stage, inspection)
    notice = drafted(stage, submitted(stage, 1, **SHORT))

    def fail(*given: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "render", fail)
        with pytest.raises(MemoryError):
            actions.issue_document(document=notice, by=stage.cast["signatory"], now=NOW)
    notice.refresh_from_db()
    assert (notice.state, notice.number, notice.pdf.name) == ("draft", None, "")
    assert set(Finding.objects.values_list("state", flat=True)) == {"notified", "found"}
    assert NumberSequence.objects.get().last == 1
    assert actions.issue_document(document=notice, by=stage.cast["signatory"], now=NOW).number == 2


def test_failure_after_rendering_leaves_no_gap(
    stage: Stage, inspection: Inspection, quick_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = drafted(stage, inspection)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "told", fail)
        with pytest.raises(OSError):  # noqa: PT011 - raised bare above
            actions.issue_document(document=notice, by=stage.cast["signatory"], now=NOW)
    assert not NumberSequence.objects.exists()
    assert actions.issue_document(document=notice, by=stage.cast["signatory"], now=NOW).number == 1
    assert numbers() == [1]


def test_issued_notice_is_deaf_to_later_changes(stage: Stage, inspection: Inspection, quick_pdf: Any) -> None:
    notice = issued(stage, inspection)
    before = actions.bytes_of(notice, now=NOW)
    actions.set_issuing_body(
        region=stage.county.region,
        fields={**OFFICE, "name": "改名", "number_code": "改代字", "contact": "改"},
        by=stage.cast["administrator"],
        now=later(1),
    )
    with pytest.raises(NotAllowed, match="不能再改"):
        edit(notice, stage.cast["administrator"], contact="王")
    notice.refresh_from_db()
    assert actions.bytes_of(notice, now=later(2)) == before
    assert notice.document["issuer"] == notice.issuer_name == OFFICE["name"]
    assert notice.number_text == notice.document["feedback"]["number"] == "汤政服办〔2026〕1号"


def test_two_offices_have_no_number_in_common(stage: Stage, other: Stage) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.set_issuing_body(
            region=other.county.region, fields=OFFICE, by=other.cast["administrator"], now=NOW
        )


def test_file_that_is_gone_is_a_problem_said(stage: Stage, inspection: Inspection, quick_pdf: Any) -> None:
    notice = issued(stage, inspection)
    notice.pdf.storage.delete(notice.pdf.name)
    with pytest.raises(Problem, match="〔2026〕1号"):
        actions.bytes_of(notice, now=NOW)


def test_nothing_is_locked_while_rendering(
    stage: Stage, inspection: Inspection, quick_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock begins with the notice's row; what is rendered before is not rendered again."""
    steps = []
    render, lock = pdf.render, issuing.lock
    monkeypatch.setattr(pdf, "render", lambda *given: steps.append("render") or render(*given))
    monkeypatch.setattr(issuing, "lock", lambda notice: steps.append("lock") or lock(notice))
    issued(stage, inspection)
    assert steps == ["render", "lock"]


def test_what_changes_while_rendering_is_rendered_anew(
    stage: Stage, inspection: Inspection, quick_pdf: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others take the number, edit the draft and rename the office; at last it is rendered under the lock."""
    first, second = drafted(stage, inspection), drafted(stage, submitted(stage, 1, **SHORT))
    by = stage.cast["administrator"]
    meanwhile = [
        lambda: edit(first, by, contact="王芳"),
        lambda: IssuingBody.objects.update(name="汤阴县新办公室"),
        lambda: edit(first, by, contact="李芳"),
        lambda: actions.issue_document(document=second, by=by, now=NOW),
    ]
    rendered = issuing.rendered

    def disturbed(content: Any, token: str) -> pdf.Rendered:
        if content.addressee == first.addressee and meanwhile:
            meanwhile.pop()()
        return rendered(content, token)

    monkeypatch.setattr(issuing, "rendered", disturbed)
    notice = actions.issue_document(document=first, by=stage.cast["signatory"], now=NOW)
    assert (notice.number, notice.issuer, notice.contact) == (2, "汤阴县新办公室", "王芳")
    assert "王芳" in notice.document["note"]
    assert from_plain(notice.document) == quick_pdf[-1]
    assert numbers() == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"number": 9},
        {"title": "改"},
        {"sha256": "0" * 64},
        {"pdf": "x.pdf"},
        {"document": {}},
        {"issuer": "改"},
        {"number_code": "改"},
        {"report_days": 1},
        {"contact": "改"},
        {"copy_to": "改"},
    ],
)
def test_database_keeps_what_was_issued(
    stage: Stage, inspection: Inspection, quick_pdf: Any, change: dict[str, Any]
) -> None:
    notice = issued(stage, inspection)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        OfficialDocument.objects.filter(pk=notice.pk).update(**change)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        # Django itself would stop at the history that hangs on it.
        OfficialDocument.objects.filter(pk=notice.pk)._raw_delete("default")


def test_database_refuses_half_an_issue(stage: Stage, inspection: Inspection) -> None:
    notice = drafted(stage, inspection)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialDocument.objects.filter(pk=notice.pk).update(state="issued", year=2026, number=1)


def test_draft_is_shown_marked_and_writes_nothing(
    stage: Stage, inspection: Inspection, quick_pdf: list[Any]
) -> None:
    notice = drafted(stage, inspection)
    assert actions.bytes_of(notice, now=NOW).startswith(b"%PDF")
    assert quick_pdf[-1].number.sequence is None
    assert not NumberSequence.objects.exists()


# ---- several at once


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Run all tasks in threads that begin together; returns results or what was raised."""
    gate = threading.Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def run(place: int, task: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[place] = task()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once_to_many_at_once(quick_pdf: Any, capsys: pytest.CaptureFixture[str]) -> None:
    stage = small_stage(townships=8)
    notices = [drafted(stage, submitted(stage, place, **SHORT)) for place in range(8)]
    people = [make_user(f"s{n}", [(Role.SIGNATORY, stage.county.region)]) for n in range(8)]

    def issue(notice: OfficialDocument, by: Any) -> Callable[[], OfficialDocument]:
        return lambda: actions.issue_document(document=notice, by=by, now=NOW)

    results = at_once([issue(*pair) for pair in zip(notices, people, strict=True)])
    kept = list(GivenNumber.objects.order_by("number").values_list("number", flat=True))
    with capsys.disabled():
        print(
            f"\n  {connection.vendor}: {len(results)} issued by {len(people)} people at once; numbers "
            f"{numbers()}, {len(kept)} in the register"
        )
    assert [type(result) for result in results] == [OfficialDocument] * 8
    assert numbers() == kept == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_one_notice_issued_by_many_at_once_is_issued_once(quick_pdf: Any) -> None:
    stage = small_stage(townships=1)
    notice = drafted(stage, submitted(stage, **SHORT))
    people = [make_user(f"s{n}", [(Role.SIGNATORY, stage.county.region)]) for n in range(4)]

    def issue(by: Any) -> Callable[[], OfficialDocument]:
        return lambda: actions.issue_document(document=notice, by=by, now=NOW)

    results = at_once([issue(by) for by in people])
    assert sorted(type(result).__name__ for result in results) == ["NotAllowed"] * 3 + ["OfficialDocument"]
    assert numbers() == [1]
    assert NumberSequence.objects.get().last == 1


@pytest.mark.django_db(transaction=True)
def test_one_inspection_drafted_by_many_at_once_has_one_draft() -> None:
    stage = small_stage(townships=1)
    inspection = submitted(stage, **SHORT)
    people = [make_user(f"r{n}", [(Role.REVIEWER, stage.county.region)]) for n in range(4)]

    def draft(by: Any) -> Callable[[], OfficialDocument]:
        return lambda: actions.draft_notice(inspection=inspection, by=by, now=NOW)

    results = at_once([draft(by) for by in people])
    assert len({notice.pk for notice in results}) == 1
    assert OfficialDocument.objects.count() == 1
