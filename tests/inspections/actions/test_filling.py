"""Answers as they come in: saved once, with their history, and refused where they must be."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from inspections import actions
from inspections.answers import Given, check
from inspections.checklist import checklist
from inspections.models import Answer, AnswerEvent, Inspection
from organization.models import Role
from organization.problems import NotAllowed
from standards.faults import Faults
from tests.factories import make_assignment
from tests.small_stage import NOW, Stage, answer, later, submitted

pytestmark = pytest.mark.django_db


def save(stage: Stage, code: str, given: Given, *, who: str = "inspector", at=NOW, place: int = 0):
    return actions.save_answer(
        inspection=stage.inspections[place], code=code, given=given, by=stage.cast[who], now=at
    )


def nothing_written() -> bool:
    rows = (Answer, AnswerEvent)
    return (
        not any(model.objects.exists() for model in rows)
        and not Inspection.objects.exclude(state="to_begin").exists()
    )


def test_first_answer_begins_the_inspection(stage: Stage) -> None:
    saved = save(stage, "area", Given("160.0", note="量得"))
    assert (saved.entry.item.code, saved.status, saved.version) == ("area", "met", 1)
    inspection = Inspection.objects.get(pk=stage.inspections[0].pk)
    assert (inspection.state, inspection.began_at) == ("in_progress", NOW)
    row = inspection.answers.get()
    assert (row.value, row.na, row.note, row.updated_by) == ("160", False, "量得", stage.cast["inspector"])
    assert Inspection.objects.get(pk=stage.inspections[1].pk).state == "to_begin"


def test_later_answer_leaves_the_beginning_as_it_was(stage: Stage) -> None:
    save(stage, "yes", Given(True))
    save(stage, "choice", Given("met"), at=later(1))
    assert Inspection.objects.get(pk=stage.inspections[0].pk).began_at == NOW


def test_change_is_kept_with_what_was_before(stage: Stage) -> None:
    save(stage, "yes", Given(True))
    saved = save(stage, "yes", Given(False, note="门未开"), who="lead_inspector", at=later(minutes=5))
    assert (saved.status, saved.version) == ("not_met", 2)
    first, second = AnswerEvent.objects.all()
    assert [(event.base, event.version, event.outcome) for event in (first, second)] == [
        (0, 1, "applied"),
        (1, 2, "applied"),
    ]
    assert first.new == {"value": True, "na": False, "reason": "", "note": ""}
    assert second.new == {"value": False, "na": False, "reason": "", "note": "门未开"}
    assert (second.by, second.at) == (stage.cast["lead_inspector"], later(minutes=5))
    row = Answer.objects.get()
    assert (row.version, row.updated_by, row.updated_at) == (
        2,
        stage.cast["lead_inspector"],
        later(minutes=5),
    )


def test_same_answer_again_changes_nothing(stage: Stage) -> None:
    save(stage, "windows", Given({"total": "4", "compliant": "3"}))
    saved = save(stage, "windows", Given({"total": "04", "compliant": "3"}), at=later(1))
    assert saved.version == 1
    assert AnswerEvent.objects.count() == 1
    assert Answer.objects.get().updated_at == NOW


def test_answer_taken_back_is_unanswered_and_stays_in_the_history(stage: Stage) -> None:
    save(stage, "yes", Given(True))
    saved = save(stage, "yes", Given())
    assert (saved.status, saved.version) == ("unanswered", 2)
    assert AnswerEvent.objects.last().new["value"] is None


def test_empty_answer_to_an_item_not_yet_answered_leaves_no_row(stage: Stage) -> None:
    assert save(stage, "yes", Given()).version == 0
    assert not Answer.objects.exists()


def test_note_alone_is_kept_while_unanswered(stage: Stage) -> None:
    save(stage, "yes", Given(note="下午再看"))
    assert (Answer.objects.get().status, Answer.objects.get().note) == ("unanswered", "下午再看")


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("area", Given("NaN")),
        ("area", Given("-1")),
        ("windows", Given({"total": "2", "compliant": "3"})),
        ("zones", Given(["nowhere"])),
        ("yes", Given(True, note="长" * 10_000_000)),
        ("yes", Given(na=True)),
    ],
)
def test_answer_that_does_not_fit_writes_nothing(stage: Stage, code: str, given: Given) -> None:
    with pytest.raises(Faults):
        save(stage, code, given)
    assert nothing_written()


def test_unknown_item_is_a_key_error_for_the_view_to_turn_into_404(stage: Stage) -> None:
    with pytest.raises(KeyError):
        save(stage, "nowhere", Given(True))
    assert nothing_written()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"inspector", "lead_inspector"}))
def test_nobody_but_its_inspectors_writes(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        save(stage, "yes", Given(True), who=role)
    assert caught.value.action == "inspection.fill"
    assert caught.value.region == stage.inspections[0].region_id
    assert nothing_written()


def test_inspector_of_the_county_who_is_not_assigned_does_not_write(stage: Stage, other: Stage) -> None:
    stranger = other.cast["inspector"]
    make_assignment(stranger, Role.INSPECTOR, stage.county.region)
    with pytest.raises(NotAllowed, match="没有分配"):
        actions.save_answer(
            inspection=stage.inspections[0], code="yes", given=Given(True), by=stranger, now=NOW
        )
    assert nothing_written()


def test_submitted_inspection_takes_no_answer(stage: Stage) -> None:
    submitted(stage)
    with pytest.raises(NotAllowed, match="已经提交"):
        save(stage, "yes", Given(False))
    assert Answer.objects.filter(item__code="yes").get().value is True


def test_section_is_saved_whole_or_not_at_all(stage: Stage) -> None:
    inspection = stage.inspections[0]
    items = checklist(inspection.edition_id, inspection.kind)
    entry = items.by_code["area"]
    good = {items.by_code["yes"]: check(Given(True), items.by_code["yes"].item, "township")}
    bad = good | {entry: replace(check(Given("160"), entry.item, "township"), status="splendid")}
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.save_answers(inspection=inspection, checked=bad, by=stage.cast["inspector"], now=NOW)
    assert nothing_written()
    assert (
        len(actions.save_answers(inspection=inspection, checked=good, by=stage.cast["inspector"], now=NOW))
        == 1
    )


def test_every_item_answered_is_one_row_and_one_event_each(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    assert Answer.objects.count() == AnswerEvent.objects.count() == 6
    assert set(Answer.objects.values_list("status", flat=True)) == {"met"}


@pytest.mark.parametrize("change", ["update", "delete"])
def test_history_is_never_changed(stage: Stage, change: str) -> None:
    save(stage, "yes", Given(True))
    rows = AnswerEvent.objects.all()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(new={}) if change == "update" else rows.delete()
    assert AnswerEvent.objects.get().new["value"] is True


# ---- forms opened before somebody else answered


def base(given: Given, version: int) -> Given:
    return replace(given, base=version)


def test_stale_form_does_not_overwrite_a_newer_answer(stage: Stage) -> None:
    save(stage, "yes", Given(True), who="lead_inspector")
    with pytest.raises(actions.Stale) as stale:
        save(stage, "yes", base(Given(None, note="只写说明"), 0))
    (newer,) = stale.value.answers.values()
    assert (newer.content["value"], newer.version) == (True, 1)
    assert Answer.objects.get().value is True
    assert AnswerEvent.objects.count() == 1


def test_what_a_stale_form_left_alone_stays_as_it_is_now(stage: Stage) -> None:
    save(stage, "yes", Given(True))
    save(stage, "yes", Given(False), who="lead_inspector", at=later(1))
    saved = save(stage, "yes", base(Given(True), 1), at=later(2))
    assert (saved.status, saved.version) == ("not_met", 2)
    assert Answer.objects.get().value is False


def test_form_that_shows_the_newest_answer_may_change_it(stage: Stage) -> None:
    save(stage, "yes", Given(True))
    assert save(stage, "yes", base(Given(False), 1), at=later(1)).version == 2


def test_same_answer_from_a_stale_form_is_accepted(stage: Stage) -> None:
    save(stage, "yes", Given(True), who="lead_inspector")
    saved = save(stage, "yes", base(Given(True), 0))
    assert (saved.status, saved.version) == ("met", 1)


def test_one_stale_answer_keeps_the_whole_section_from_being_saved(stage: Stage) -> None:
    save(stage, "yes", Given(True), who="lead_inspector")
    entries = checklist(stage.inspections[0].edition_id, "township").by_code
    given = {"yes": Given(False), "area": Given("160")}
    checked = {entries[code]: check(value, entries[code].item, "township") for code, value in given.items()}
    with pytest.raises(actions.Stale):
        actions.save_answers(
            inspection=stage.inspections[0],
            checked=checked,
            bases=dict.fromkeys(checked, 0),
            by=stage.cast["inspector"],
            now=later(1),
        )
    assert Answer.objects.count() == 1


def test_saving_nothing_does_not_begin_the_inspection(stage: Stage) -> None:
    save(stage, "yes", Given(None))
    assert nothing_written()
