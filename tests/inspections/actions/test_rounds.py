"""Rounds: created, filled with centers, given to inspectors."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from inspections import actions
from inspections.answers import Given
from inspections.models import Inspection, Round, RoundTally
from organization.actions.centers import close_center
from organization.models import AuditEntry, Role, ServiceCenter
from organization.problems import NotAllowed, Problem
from standards.actions import import_standard
from tests.factories import make_center, make_region, make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import (
    NOW,
    Stage,
    add_photo,
    answer,
    jpeg,
    later,
    self_check,
    small_stage,
    submitted,
)
from tests.small_standards import plain_item, standard

pytestmark = pytest.mark.django_db


def fields(stage: Stage, **changes: object) -> dict[str, object]:
    return {
        "name": "2027年上半年县级检查",
        "kind": Round.Kind.COUNTY,
        "region": stage.county.region,
        "edition": stage.edition,
        "starts_on": date(2027, 3, 1),
        "ends_on": date(2027, 4, 30),
        "plan_number": "汤督查〔2027〕1号",
    } | changes


def create(stage: Stage, who: str = "administrator", **changes: object) -> Round:
    return actions.create_round(fields=fields(stage, **changes), by=stage.cast[who], now=NOW)


def add(round: Round, stage: Stage, region=None, kinds=("township",), who: str = "administrator") -> int:
    region = region or stage.county.region
    return actions.add_centers(round=round, region=region, kinds=kinds, by=stage.cast[who], now=NOW)


# ---- creating


def test_round_is_created_with_its_trail(stage: Stage) -> None:
    round = create(stage)
    assert (round.created_by, round.created_at) == (stage.cast["administrator"], NOW)
    entry = AuditEntry.objects.filter(action="round.create").first()
    assert (entry.by, entry.region_id) == (stage.cast["administrator"], stage.county.region.code)


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_round_is_the_administrators(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        create(stage, role)
    assert Round.objects.count() == 1


def test_round_of_another_county_is_refused(stage: Stage, other: Stage) -> None:
    with pytest.raises(NotAllowed):
        create(stage, region=other.county.region)
    assert Round.objects.count() == 2


def test_same_name_in_the_same_region_is_refused(stage: Stage) -> None:
    with pytest.raises(Problem) as caught:
        create(stage, name=stage.round.name)
    assert caught.value.field == "name"
    assert Round.objects.count() == 1


def test_same_name_in_another_region_is_fine(stage: Stage, other: Stage) -> None:
    assert stage.round.name == other.round.name
    create(stage, name=stage.round.name, region=stage.county.townships[0])


def test_draft_of_a_standard_is_refused(stage: Stage) -> None:
    draft = import_standard(standard(plain_item(), edition="2027"), publish=False)
    with pytest.raises(Problem) as caught:
        create(stage, edition=draft)
    assert caught.value.field == "edition"


@pytest.mark.parametrize("change", [{"plan_number": ""}, {"ends_on": date(2027, 2, 28)}])
def test_database_refuses_a_round_that_cannot_be(stage: Stage, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(
            **fields(stage, **change), created_by=stage.cast["administrator"], created_at=NOW
        )


# ---- taking centers in


def test_all_open_centers_of_the_kind_are_taken_in(db: None) -> None:
    stage = small_stage(townships=3, villages=2)
    closed = stage.county.centers[stage.county.villages[0].code]
    ServiceCenter.objects.filter(pk=closed.pk).update(closed_on=date(2026, 1, 1))
    small_stage(townships=2, villages=1, other=True)
    round = create(stage)
    assert add(round, stage, kinds=["village"]) == 5
    assert add(round, stage, kinds=["township", "village"]) == 3
    rows = round.inspections.all()
    assert {row.region_id[:6] for row in rows} == {"410523"}
    assert closed.pk not in {row.center_id for row in rows}
    assert {(row.kind, row.center.kind) for row in rows} == {("township",) * 2, ("village",) * 2}
    assert {row.edition_id for row in rows} == {round.edition_id}


def test_centers_are_taken_in_once(stage: Stage) -> None:
    assert add(stage.round, stage) == 0
    assert stage.round.inspections.count() == 2


def test_centers_of_one_township(db: None) -> None:
    stage = small_stage(townships=2, villages=2)
    round = create(stage)
    assert add(round, stage, stage.county.townships[1], ["village"]) == 2
    assert {row.region_id[:9] for row in round.inspections.all()} == {"410523101"}


def test_center_opened_later_is_added_to_the_others(stage: Stage) -> None:
    make_center(make_region("410523105"))
    assert add(stage.round, stage) == 1
    assert stage.round.inspections.count() == 3


def test_place_outside_the_round_is_refused(stage: Stage, other: Stage) -> None:
    round = create(stage, region=stage.county.townships[0])
    with pytest.raises(Problem) as caught:
        add(round, stage, stage.county.townships[1])
    assert caught.value.field == "region"
    with pytest.raises(NotAllowed):
        add(round, stage, other.county.region)
    assert not round.inspections.exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_taking_in_is_the_administrators(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        add(stage.round, stage, who=role)


def test_administrator_of_another_county_takes_nothing_in(stage: Stage, other: Stage) -> None:
    with pytest.raises(NotAllowed):
        actions.add_centers(
            round=stage.round,
            region=stage.county.region,
            kinds=["village"],
            by=other.cast["administrator"],
            now=NOW,
        )


# ---- taking centers out again


def take_out(stage: Stage, *places: int, who: str = "administrator") -> int:
    return actions.take_out(
        inspections=[stage.inspections[place] for place in places], by=stage.cast[who], now=NOW
    )


def counted(stage: Stage) -> int:
    rows = RoundTally.objects.filter(region=stage.county.region, round=stage.round)
    return sum(rows.values_list("inspections", flat=True))


def test_center_is_taken_out_before_anybody_begins(stage: Stage) -> None:
    first, second = stage.inspections
    assert counted(stage) == 2
    assert take_out(stage, 0) == 1
    assert [row.pk for row in stage.round.inspections.all()] == [second.pk]
    assert counted(stage) == 1
    entry = AuditEntry.objects.get(action="inspection.take_out")
    assert (entry.by, entry.region_id) == (stage.cast["administrator"], first.region_id)
    assert entry.detail == {"round": stage.round.name, "center": first.center.name}
    # It may come back, and is counted again.
    assert add(stage.round, stage) == 1
    assert counted(stage) == 2


def test_closed_center_was_counted_out_already(stage: Stage) -> None:
    center = stage.inspections[0].center
    close_center(center=center, on=date(2026, 1, 1))
    assert counted(stage) == 1
    assert take_out(stage, 0) == 1
    assert counted(stage) == 1


@pytest.mark.parametrize("begun", ["answered", "photo", "submitted", "said nothing new"])
def test_what_has_begun_stays_and_so_do_those_ticked_with_it(stage: Stage, begun: str) -> None:
    inspection, inspector = stage.inspections[0], stage.cast["inspector"]
    if begun == "submitted":
        submitted(stage)
    elif begun == "photo":
        add_photo(inspection, inspector, jpeg())
    elif begun == "answered":
        answer(inspection, inspector, yes=None)
    else:
        # A phone says of an item what is known of it: kept, but nobody has begun.
        Device(inspector, inspection).sync(mutation("yes", None))
        assert Inspection.objects.get(pk=inspection.pk).state == "to_begin"
    with pytest.raises(Problem, match="已经开始检查"):
        take_out(stage, 0, 1)
    assert stage.round.inspections.count() == counted(stage) == 2
    assert not AuditEntry.objects.filter(action="inspection.take_out").exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_taking_out_is_the_administrators(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        take_out(stage, 0, who=role)
    assert stage.round.inspections.count() == 2


def test_administrator_of_another_county_takes_nothing_out(stage: Stage, other: Stage) -> None:
    with pytest.raises(NotAllowed):
        actions.take_out(inspections=[stage.inspections[0]], by=other.cast["administrator"], now=NOW)
    assert stage.round.inspections.count() == 2


def test_ordered_reinspection_is_not_taken_out(stage: Stage) -> None:
    inspection = submitted(stage, yes=Given(False))
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=None, now=NOW)
    again = actions.order_reinspection(
        inspection=inspection, people=[], lead=stage.cast["lead_inspector"], ends_on=later(9).date(),
        by=stage.cast["administrator"], now=later(1),
    )  # fmt: skip
    with pytest.raises(Problem, match="复查"):
        actions.take_out(inspections=[again], by=stage.cast["administrator"], now=NOW)
    assert Inspection.objects.filter(pk=again.pk).exists()


# ---- assigning


def assign(stage: Stage, lead, people=(), *, place: int = 0, who: str = "administrator") -> int:
    return actions.assign(
        inspections=[stage.inspections[place]],
        people=list(people),
        lead=lead,
        by=stage.cast[who],
        now=later(1),
    )


def test_assigning_replaces_whoever_had_it(stage: Stage) -> None:
    new = make_user("new-lead", [(Role.LEAD_INSPECTOR, stage.county.region)])
    assert assign(stage, new, [new, stage.cast["inspector"]]) == 1
    inspection = Inspection.objects.get(pk=stage.inspections[0].pk)
    assert inspection.lead == new
    assert {person.username for person in inspection.inspectors.all()} == {"new-lead", "inspector"}
    untouched = Inspection.objects.get(pk=stage.inspections[1].pk)
    assert untouched.lead == stage.cast["lead_inspector"]
    entry = AuditEntry.objects.get(action="inspection.assign", detail__lead="new-lead")
    assert (entry.by, entry.region_id) == (stage.cast["administrator"], inspection.region_id)


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"lead_inspector"}))
def test_only_a_lead_inspector_leads(stage: Stage, role: str) -> None:
    with pytest.raises(Problem) as caught:
        assign(stage, stage.cast[role])
    assert caught.value.field == "lead"
    assert Inspection.objects.get(pk=stage.inspections[0].pk).lead == stage.cast["lead_inspector"]


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"inspector", "lead_inspector"}))
def test_only_inspectors_inspect(stage: Stage, role: str) -> None:
    with pytest.raises(Problem) as caught:
        assign(stage, stage.cast["lead_inspector"], [stage.cast[role]])
    assert caught.value.field == "people"


def test_inspector_of_another_place_is_refused(stage: Stage, other: Stage) -> None:
    near = make_user("near", [(Role.LEAD_INSPECTOR, stage.county.townships[1])])
    for stranger in (other.cast["lead_inspector"], near):
        with pytest.raises(Problem):
            assign(stage, stranger)
    assert assign(stage, near, place=1) == 1


def test_submitted_inspection_is_not_assigned_anew(stage: Stage) -> None:
    submitted(stage)
    with pytest.raises(Problem, match="已经提交"):
        assign(stage, stage.cast["lead_inspector"])


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_assigning_is_the_administrators(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        assign(stage, stage.cast["lead_inspector"], who=role)


def test_self_check_belongs_to_the_townships_own_staff(stage: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    assert inspection.lead == stage.cast["township_staff"]
    by = stage.cast["administrator"]
    with pytest.raises(Problem):
        actions.assign(inspections=[inspection], people=[], lead=stage.cast["lead_inspector"], by=by, now=NOW)
    elsewhere = make_user("elsewhere", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    with pytest.raises(Problem):
        actions.assign(inspections=[inspection], people=[], lead=elsewhere, by=by, now=NOW)
