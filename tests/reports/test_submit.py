"""Submitting: score, frozen content and findings in one transaction, once, by the lead alone."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from inspections.actions import submitting
from inspections.answers import Given
from inspections.models import Answer, Finding, Inspection
from organization.models import AuditEntry, Role
from organization.problems import NotAllowed, Problem
from reports import actions, snapshot
from reports.actions import submitting as reporting
from standards.measure_schema import MOST_POINTS
from tests.small_stage import NOW, Stage, answer, later, self_check, small_stage, submit_by, submitted
from tests.small_standards import ALL_KINDS, plain_item, standard

pytestmark = pytest.mark.django_db

SHORT = {
    "yes": Given(False, note="门未开"),
    "area": Given("75"),
    "zones": Given(["guide"]),
    "posts": Given(na=True, reason="没有窗口"),
}


def unchanged(inspection: Inspection) -> bool:
    inspection.refresh_from_db()
    return (
        inspection.state != "submitted"
        and inspection.snapshot is None
        and inspection.score is None
        and not Finding.objects.exists()
    )


def test_submitting_scores_freezes_and_opens_findings(stage: Stage) -> None:
    """4 items of 4 points each are met, half, a third and not met; one does not apply."""
    inspection = submitted(stage, **SHORT)
    assert (inspection.state, inspection.submitted_by, inspection.submitted_at) == (
        "submitted", stage.cast["lead_inspector"], NOW,
    )  # fmt: skip
    # (4 + 2 + 4/3 + 4 + 0) / 20
    assert inspection.score == Decimal("56.67")
    assert inspection.grade == "不合格"
    assert inspection.snapshot["score"] == "56.67"
    found = {finding.item.code: finding for finding in Finding.objects.all()}
    assert set(found) == {"yes", "area", "zones"}
    assert {code: str(finding.lost) for code, finding in found.items()} == {
        "yes": "4.0000", "area": "2.0000", "zones": "2.6700",
    }  # fmt: skip
    one = found["zones"]
    assert (one.state, one.mode, one.working_days, one.found_at) == ("found", "fixed_term", 15, NOW)
    assert (one.round, one.center, one.region_id) == (stage.round, inspection.center, inspection.region_id)
    assert (one.clause, one.requirement) == ("一、（一）1", "整改zones")
    entry = AuditEntry.objects.get(action="inspection.submit")
    assert entry.detail == {"score": "56.67", "grade": "不合格", "findings": 3}


def test_flawless_inspection_has_no_finding(stage: Stage) -> None:
    inspection = submitted(stage)
    assert (inspection.score, inspection.grade) == (100, "优秀")
    assert not Finding.objects.exists()
    assert inspection.snapshot["next"] is None


def test_item_without_points_still_is_a_finding(db: None) -> None:
    stage = small_stage(
        townships=1, data=standard(plain_item(), plain_item("choice", ALL_KINDS["choice"], 0))
    )
    inspection = submitted(stage, choice=Given("partly"))
    assert inspection.score == 100
    assert Finding.objects.get().lost == 0


def test_everything_not_applicable_has_no_score_and_no_grade(stage: Stage) -> None:
    codes = [*ALL_KINDS]
    inspection = submitted(stage, **dict.fromkeys(codes, Given(na=True, reason="停业")))
    assert (inspection.score, inspection.grade) == (None, "")
    assert inspection.state == "submitted"


@pytest.mark.parametrize("missing", [*ALL_KINDS])
def test_incomplete_inspection_is_refused_and_the_item_named(stage: Stage, missing: str) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], **{missing: None})
    with pytest.raises(Problem, match=f"还有1项没有填写.*检查项{missing}"):
        submit_by(inspection, stage.cast["lead_inspector"])
    assert unchanged(inspection)


def test_note_alone_is_no_answer(stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], yes=Given(note="待查"))
    with pytest.raises(Problem):
        submit_by(inspection, stage.cast["lead_inspector"])
    assert unchanged(inspection)


def test_inspection_not_begun_is_refused(stage: Stage) -> None:
    with pytest.raises(Problem, match="还有6项"):
        submit_by(stage.inspections[0], stage.cast["lead_inspector"])


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"lead_inspector"}))
def test_nobody_but_the_lead_submits(stage: Stage, role: str) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"])
    with pytest.raises(NotAllowed) as caught:
        submit_by(inspection, stage.cast[role])
    assert caught.value.action == "inspection.submit"
    assert unchanged(inspection)


def test_lead_of_another_county_does_not_submit(stage: Stage, other: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    with pytest.raises(NotAllowed):
        submit_by(stage.inspections[0], other.cast["lead_inspector"])


def test_submitting_again_changes_nothing(stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    before = inspection.snapshot
    submit_by(inspection, stage.cast["lead_inspector"], later(1))
    assert (inspection.submitted_at, inspection.snapshot) == (NOW, before)
    assert Finding.objects.count() == 3
    assert AuditEntry.objects.filter(action="inspection.submit").count() == 1


def test_second_tap_that_waits_for_the_first_changes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection, lead = stage.inspections[0], stage.cast["lead_inspector"]
    answer(inspection, stage.cast["inspector"])
    lock = submitting.lock

    def overtaken(waiting: Inspection, *joined: str) -> Inspection:
        monkeypatch.setattr(submitting, "lock", lock)
        submit_by(inspection, lead)
        return lock(waiting, *joined)

    monkeypatch.setattr(submitting, "lock", overtaken)
    actions.submit(inspection=Inspection.objects.get(pk=inspection.pk), by=lead, now=later(1))
    inspection.refresh_from_db()
    assert (inspection.state, inspection.submitted_at) == ("submitted", NOW)
    assert AuditEntry.objects.filter(action="inspection.submit").count() == 1


def test_item_of_the_most_points_fits_the_database(db: None) -> None:
    data = standard(plain_item(points=MOST_POINTS))
    inspection = submitted(small_stage(townships=1, data=data), yes=Given(False))
    assert Finding.objects.get(inspection=inspection).lost == MOST_POINTS
    lost = Finding._meta.get_field("lost")
    assert 10 ** (lost.max_digits - lost.decimal_places) > MOST_POINTS


def test_somebody_else_submitting_again_is_refused(stage: Stage) -> None:
    inspection = submitted(stage)
    with pytest.raises(NotAllowed, match="已经提交"):
        submit_by(inspection, stage.cast["inspector"], later(1))


def test_failure_on_the_way_leaves_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], **SHORT)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reporting, "record", fail)
    with pytest.raises(RuntimeError):
        submit_by(inspection, stage.cast["lead_inspector"])
    assert unchanged(inspection)
    assert snapshot.FORMAT == 1


def test_self_check_is_scored_and_opens_no_finding(stage: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    staff = stage.cast["township_staff"]
    answer(inspection, staff, **SHORT)
    submit_by(inspection, staff)
    assert inspection.score == Decimal("56.67")
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"score": 99}, {"grade": "优秀"}, {"snapshot": {}}, {"submitted_at": later(1)}, {"kind": "village"}],
)
def test_database_keeps_what_was_submitted(stage: Stage, change: dict[str, object]) -> None:
    inspection = submitted(stage)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Inspection.objects.filter(pk=inspection.pk).update(**change)
    for rows in (Answer.objects.all(), Inspection.objects.filter(pk=inspection.pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Answer.objects.update(note="nachträglich")


@pytest.mark.parametrize(
    "change", [{"finding": "改"}, {"requirement": "改"}, {"lost": 0}, {"working_days": 99}]
)
def test_database_keeps_what_was_found(stage: Stage, change: dict[str, object]) -> None:
    submitted(stage, yes=Given(False))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Finding.objects.update(**change)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Finding.objects.all().delete()
    assert Finding.objects.update(state="notified") == 1


@pytest.mark.parametrize("townships", [1, 3])
def test_submit_asks_as_little_as_it_can(django_assert_num_queries: Any, db: None, townships: int) -> None:
    """All leads submit on the last day of a round: each query here counts."""
    stage = small_stage(townships=townships)
    inspection, lead = stage.inspections[-1], stage.cast["lead_inspector"]
    answer(inspection, stage.cast["inspector"])
    inspection = Inspection.objects.get(pk=inspection.pk)
    with django_assert_num_queries(17):
        actions.submit(inspection=inspection, by=lead, now=NOW)
