"""Who may do what with rounds and inspections: every role, every state, and the same truth in queries."""

from collections.abc import Callable

import pytest

from inspections import permissions
from inspections.loading import load_inspection
from inspections.models import Finding, Inspection, Photo, Round
from organization.models import Role, User
from tests.factories import make_user
from tests.small_stage import Given, Stage, add_photo, answer, jpeg, self_check, submit_by, submitted

pytestmark = pytest.mark.django_db
STATES = ("to_begin", "in_progress", "submitted")


def in_state(stage: Stage, state: str) -> Inspection:
    """The first township's inspection in one of the states; the second's stays to begin."""
    if state == "submitted":
        submitted(stage, yes=Given(False))
    elif state == "in_progress":
        answer(stage.inspections[0], stage.cast["inspector"], yes=None)
    return Inspection.objects.select_related("round", "center", "region").get(pk=stage.inspections[0].pk)


def fresh(user: User) -> User:
    """The person without cached grants."""
    return User.objects.get(pk=user.pk)


def everybody(stage: Stage, other: Stage) -> dict[str, User]:
    """Each role at home, in the neighboring county, in the second township, and nobody in particular."""
    people = {f"{role} here": user for role, user in stage.cast.items()}
    people |= {f"{role} elsewhere": user for role, user in other.cast.items()}
    second = stage.county.townships[1]
    for role in Role.values:
        people[f"{role} next door"] = make_user(f"{role}-next-door", [(role, second)])
        people[f"{role} unassigned"] = make_user(f"{role}-unassigned", [(role, stage.county.region)])
    people["no role"] = make_user("no-role")
    return people


# What each person may do with the first township's inspection, by state. Who is not named may nothing.
FILL = {state: {"inspector here", "lead_inspector here"} for state in ("to_begin", "in_progress")}
SUBMIT = {state: {"lead_inspector here"} for state in ("to_begin", "in_progress")}
OVERSEE = {
    *(
        f"{role} {place}"
        for role in ("administrator", "reviewer", "signatory")
        for place in ("here", "unassigned")
    ),
}
SEE = {state: OVERSEE | {"inspector here", "lead_inspector here"} for state in STATES}
SEE["submitted"] = SEE["submitted"] | {"township_staff here"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("predicate", "table"),
    [(permissions.can_fill, FILL), (permissions.can_submit, SUBMIT), (permissions.can_settle, SUBMIT)],
)
def test_predicate_says_what_the_table_says(
    stage: Stage, other: Stage, predicate: Callable, table: dict[str, set[str]], state: str
) -> None:
    inspection = in_state(stage, state)
    allowed = set()
    for name, person in everybody(stage, other).items():
        verdict = predicate(person, inspection)
        if verdict:
            allowed.add(name)
        else:
            assert str(verdict.reason).endswith("。")
    # A county-wide role that is "unassigned" differs from the cast only in not being an inspector here.
    assert allowed == table.get(state, set())


@pytest.mark.parametrize("state", STATES)
def test_inspections_seen_are_those_of_the_table(stage: Stage, other: Stage, state: str) -> None:
    inspection = in_state(stage, state)
    people = everybody(stage, other)
    seen = {
        name
        for name, person in people.items()
        if Inspection.objects.visible_to(person).filter(pk=inspection.pk).exists()
    }
    wide = {"township_staff unassigned"} if state == "submitted" else set()
    assert seen == SEE[state] | wide


@pytest.mark.parametrize("state", STATES)
def test_whoever_may_fill_or_submit_also_finds_it(stage: Stage, other: Stage, state: str) -> None:
    """Predicates and queries have one truth: a page is never offered that is then not found."""
    in_state(stage, state)
    for person in everybody(stage, other).values():
        for inspection in Inspection.objects.select_related("round").all():
            if permissions.can_fill(person, inspection) or permissions.can_submit(person, inspection):
                assert load_inspection(person, inspection.pk) == inspection


def test_photos_are_seen_with_their_inspection(stage: Stage, other: Stage) -> None:
    add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    add_photo(other.inspections[0], other.cast["inspector"], jpeg())
    for state in ("in_progress", "submitted"):
        if state == "submitted":
            answer(stage.inspections[0], stage.cast["inspector"])
            submit_by(stage.inspections[0], stage.cast["lead_inspector"])
        for person in [*stage.cast.values(), *other.cast.values()]:
            inspections = set(Inspection.objects.visible_to(person).values_list("pk", flat=True))
            photos = set(Photo.objects.visible_to(person).values_list("inspection_id", flat=True))
            with_photo = {stage.inspections[0].pk, other.inspections[0].pk}
            assert photos == inspections & with_photo, (state, person)


def test_findings_are_seen_by_overseers_and_the_townships_own_staff(stage: Stage, other: Stage) -> None:
    submitted(stage, 0, yes=Given(False))
    submitted(stage, 1, yes=Given(False))
    submitted(other, 0, yes=Given(False))

    def seen(person: User) -> set[str]:
        return set(Finding.objects.visible_to(person).values_list("region_id", flat=True))

    here = {township.code for township in stage.county.townships}
    for role, person in stage.cast.items():
        expected = {
            "administrator": here,
            "reviewer": here,
            "signatory": here,
            "township_staff": {stage.county.townships[0].code},
        }
        assert seen(person) == expected.get(role, set()), role
    assert seen(other.cast["administrator"]) == {other.county.townships[0].code}


def test_self_check_is_the_townships_own_and_seen_by_the_county(stage: Stage, other: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    staff = stage.cast["township_staff"]
    assert permissions.can_submit(staff, inspection)
    assert load_inspection(staff, inspection.pk)
    assert not permissions.can_fill(stage.cast["inspector"], inspection)
    assert Inspection.objects.visible_to(stage.cast["administrator"]).filter(pk=inspection.pk).exists()
    for stranger in (stage.cast["inspector"], *other.cast.values()):
        assert not Inspection.objects.visible_to(stranger).filter(pk=inspection.pk).exists()


def test_inspector_who_loses_the_role_loses_the_inspection(stage: Stage) -> None:
    person = stage.cast["inspector"]
    person.assignments.all().delete()
    person = fresh(person)
    assert not permissions.can_fill(person, stage.inspections[0])
    assert not Inspection.objects.visible_to(person).exists()


def test_lead_who_may_no_longer_lead_fills_but_does_not_submit(stage: Stage) -> None:
    lead = stage.cast["lead_inspector"]
    lead.assignments.update(role=Role.INSPECTOR)
    lead = fresh(lead)
    assert permissions.can_fill(lead, stage.inspections[0])
    assert not permissions.can_submit(lead, stage.inspections[0])
    assert load_inspection(lead, stage.inspections[0].pk)


@pytest.mark.parametrize("role", ["inspector", "lead_inspector"])
def test_inspector_who_joins_the_township_loses_the_countys_inspection(stage: Stage, role: str) -> None:
    person = stage.cast[role]
    person.assignments.update(role=Role.TOWNSHIP_STAFF, region=stage.county.townships[0])
    person = fresh(person)
    assert not permissions.can_fill(person, stage.inspections[0])
    assert not permissions.can_submit(person, stage.inspections[0])
    assert not Inspection.objects.visible_to(person).exists()


def test_staff_who_join_the_county_lose_their_self_check(stage: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    staff = stage.cast["township_staff"]
    staff.assignments.update(role=Role.LEAD_INSPECTOR, region=stage.county.region)
    staff = fresh(staff)
    assert not permissions.can_fill(staff, inspection)
    assert not Inspection.objects.visible_to(staff).exists()


def test_rounds_are_the_administrators(stage: Stage, other: Stage) -> None:
    for name, person in everybody(stage, other).items():
        may = bool(permissions.can_manage_round(person, stage.round))
        assert may == (name in ("administrator here", "administrator unassigned")), name
        assert Round.objects.visible_to(person).filter(pk=stage.round.pk).exists() == may
        assert bool(permissions.can_manage_rounds(person)) == ("administrator" in person.roles), name


def test_administrator_of_a_city_sees_both_counties(stage: Stage, other: Stage) -> None:
    from tests.factories import make_region

    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4105"))])
    assert Inspection.objects.visible_to(city).count() == 4
    assert Round.objects.visible_to(city).count() == 2
    nation = make_user("province", [(Role.ADMINISTRATOR, make_region("41"))])
    assert Inspection.objects.visible_to(nation).count() == 4
