"""Notices before they are issued: the office that signs, the draft and its wording."""

from typing import Any

import pytest

from inspections.answers import Given
from inspections.models import Finding, Inspection
from organization.models import AuditEntry, Region, Role, ServiceCenter
from organization.problems import NotAllowed, Problem
from reports import actions
from reports.models import IssuingBody, NumberSequence, OfficialDocument
from tests.factories import make_user
from tests.small_stage import (
    NOW,
    OFFICE,
    Stage,
    answer,
    drafted,
    issued,
    later,
    self_check,
    small_stage,
    submit_by,
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


# ---- the issuing body


def test_office_is_set_and_changed_by_the_administrator(stage: Stage) -> None:
    body = IssuingBody.objects.get()
    by = stage.cast["administrator"]
    changed = actions.set_issuing_body(
        region=stage.county.region, fields={**OFFICE, "name": "新名"}, by=by, now=NOW
    )
    assert (changed.pk, changed.name) == (body.pk, "新名")
    assert AuditEntry.objects.filter(action="issuing_body.set").count() == 2


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_office_is_the_administrators(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.set_issuing_body(region=stage.county.region, fields=OFFICE, by=stage.cast[role], now=NOW)


def test_office_of_another_county_is_out_of_reach(stage: Stage, other: Stage) -> None:
    with pytest.raises(NotAllowed):
        actions.set_issuing_body(
            region=other.county.region, fields=OFFICE, by=stage.cast["administrator"], now=NOW
        )


def test_nearest_office_above_signs(stage: Stage, other: Stage) -> None:
    nearest = IssuingBody.objects.signing_for
    assert nearest(stage.county.townships[0].code).region == stage.county.region
    assert nearest(other.county.region.code).region == other.county.region
    assert nearest(stage.county.region.parent.code) is None


@pytest.mark.parametrize("role", ["administrator", "reviewer", "signatory"])
def test_townships_own_people_do_not_speak_for_the_county(
    stage: Stage, inspection: Inspection, quick_pdf: Any, role: str
) -> None:
    near = make_user("near", [(role, stage.county.townships[0])])
    with pytest.raises(NotAllowed):
        actions.draft_notice(inspection=inspection, by=near, now=NOW)
    notice = drafted(stage, inspection)
    with pytest.raises(NotAllowed):
        edit(notice, near)
    with pytest.raises(NotAllowed):
        actions.issue_document(document=notice, by=near, now=NOW)
    assert not NumberSequence.objects.exists()


def test_numbers_of_the_citys_office_are_given_by_the_citys_people(quick_pdf: Any, db: None) -> None:
    stage = small_stage(office=False)
    city = stage.county.region.parent
    near, far = stage.cast["administrator"], make_user("city", [(Role.ADMINISTRATOR, city)])
    actions.set_issuing_body(region=city, fields={**OFFICE, "name": "市办"}, by=far, now=NOW)
    inspection = submitted(stage, **SHORT)
    with pytest.raises(NotAllowed):
        actions.draft_notice(inspection=inspection, by=near, now=NOW)
    notice = actions.draft_notice(inspection=inspection, by=far, now=NOW)
    with pytest.raises(NotAllowed):
        actions.issue_document(document=notice, by=stage.cast["signatory"], now=NOW)
    assert actions.issue_document(document=notice, by=far, now=NOW).issuer == "市办"


# ---- drafting


def test_draft_takes_its_wording_from_the_office(stage: Stage, inspection: Inspection) -> None:
    notice = drafted(stage, inspection)
    assert (notice.state, notice.region_id) == ("draft", inspection.region_id)
    assert (notice.contact, notice.phone, notice.report_days) == ("李明", "0372-6200000", 15)
    assert "城关镇" in notice.title
    assert notice.addressee == "城关镇人民政府"
    assert (notice.number, notice.pdf.name, notice.number_text) == (None, "", "")
    assert Finding.objects.get().state == "found"


def test_draft_begun_twice_is_one(stage: Stage, inspection: Inspection) -> None:
    first = drafted(stage, inspection)
    again = actions.draft_notice(inspection=inspection, by=stage.cast["reviewer"], now=later(1))
    assert (first.pk, again.drafted_by) == (again.pk, stage.cast["administrator"])
    assert AuditEntry.objects.filter(action="document.draft").count() == 1


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator", "reviewer"}))
def test_drafting_is_for_administrator_and_reviewer(stage: Stage, inspection: Inspection, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.draft_notice(inspection=inspection, by=stage.cast[role], now=NOW)
    assert not OfficialDocument.objects.exists()


def test_another_countys_people_draft_and_issue_nothing(stage: Stage, other: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, **SHORT)
    for role in ("administrator", "reviewer", "signatory"):
        with pytest.raises(NotAllowed):
            actions.draft_notice(inspection=inspection, by=other.cast[role], now=NOW)
    notice = drafted(stage, inspection)
    for role in ("administrator", "signatory"):
        with pytest.raises(NotAllowed):
            actions.issue_document(document=notice, by=other.cast[role], now=NOW)
    assert not OfficialDocument.objects.issued().exists()


def test_no_draft_before_submitting_nor_of_a_self_check(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="提交后才能起草"):
        drafted(stage, stage.inspections[0])
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    answer(own, stage.cast["township_staff"], **SHORT)
    submit_by(own, stage.cast["township_staff"])
    with pytest.raises(NotAllowed, match="自查"):
        drafted(stage, own)


def test_no_draft_without_a_finding_or_an_office(db: None) -> None:
    stage = small_stage(office=False)
    with pytest.raises(Problem, match="没有设置发文机关"):
        drafted(stage, submitted(stage, 0, **SHORT))
    fields = {**OFFICE}
    by = stage.cast["administrator"]
    actions.set_issuing_body(region=stage.county.region, fields=fields, by=by, now=NOW)
    with pytest.raises(Problem, match="没有发现问题"):
        drafted(stage, submitted(stage, 1))
    assert not OfficialDocument.objects.exists()


# ---- editing


def test_draft_is_edited_with_its_trail(stage: Stage, inspection: Inspection) -> None:
    notice = edit(drafted(stage, inspection), stage.cast["reviewer"], copy_to="县政府办公室", report_days=10)
    notice.refresh_from_db()
    assert (notice.copy_to, notice.report_days) == ("县政府办公室", 10)
    assert AuditEntry.objects.filter(action="document.edit").count() == 1


def test_addressee_of_a_draft_may_be_put_right(stage: Stage, inspection: Inspection, quick_pdf: Any) -> None:
    notice = edit(drafted(stage, inspection), stage.cast["reviewer"], addressee="城关镇党委、政府")
    issued = actions.issue_document(document=notice, by=stage.cast["signatory"], now=NOW)
    issued.refresh_from_db()
    assert issued.addressee == issued.document["addressee"] == "城关镇党委、政府"


def test_longest_names_of_center_and_township_fit(stage: Stage, quick_pdf: Any) -> None:
    Region.objects.filter(pk=stage.county.townships[0].pk).update(name="长" * 99 + "镇")
    ServiceCenter.objects.update(name="心" * 100)
    stage.inspections[0].refresh_from_db()
    notice = issued(stage, submitted(stage, **SHORT))
    notice.refresh_from_db()
    assert (len(notice.addressee), len(notice.title)) == (104, 113)


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator", "reviewer"}))
def test_editing_is_for_administrator_and_reviewer(stage: Stage, inspection: Inspection, role: str) -> None:
    with pytest.raises(NotAllowed):
        edit(drafted(stage, inspection), stage.cast[role])


@pytest.mark.parametrize("word", ["责令", "处罚", "复议"])
def test_words_that_no_notice_has_are_refused(stage: Stage, inspection: Inspection, word: str) -> None:
    notice = drafted(stage, inspection)
    with pytest.raises(Problem, match=word):
        edit(notice, stage.cast["administrator"], copy_to=f"县{word}委员会")
    notice.refresh_from_db()
    assert notice.copy_to == ""


def test_character_that_cannot_be_printed_is_refused_before_it_is_kept(
    stage: Stage, inspection: Inspection, faces: Any
) -> None:
    notice = drafted(stage, inspection)
    with pytest.raises(Problem, match="没有字体"):
        edit(notice, stage.cast["administrator"], contact="李\U0001f600明")
    notice.refresh_from_db()
    assert notice.contact == "李明"
