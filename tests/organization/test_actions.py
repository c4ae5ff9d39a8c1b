"""Writes: what they change, what they refuse, and the row that each leaves."""

import datetime as dt
from collections.abc import Callable

import pytest

from organization import actions
from organization.audit import record
from organization.models import Assignment, AuditEntry, Role, ServiceCenter, User
from organization.problems import NotAllowed, Problem
from tests.factories import PASSWORD, County, make_assignment, make_center, make_user

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "shan-shui-1024"


@pytest.fixture
def guard(cast: dict[str, User]) -> User:
    return cast["security_administrator"]


def trail() -> list[tuple[str, str | None]]:
    return [(e.action, e.region_id) for e in AuditEntry.objects.order_by("pk")]


# ---- people


def new_person(guard: User, county: County, **changes: object) -> User:
    values = {
        "username": "lihua",
        "name": "李华",
        "password": PASSWORD,
        "role": Role.INSPECTOR,
        "region": county.region,
    }
    return actions.create_person(by=guard, **(values | changes))


def test_created_person_can_log_in_with_one_role(guard: User, county: County) -> None:
    person = new_person(guard, county)
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)
    assert [(g.role, g.region) for g in person.assignments.all()] == [("inspector", county.region)]
    assert trail() == [("person.create", county.region.code), ("person.assign", county.region.code)]
    assert not any(PASSWORD in str(e.detail) for e in AuditEntry.objects.all())
    assert {e.by for e in AuditEntry.objects.all()} == {guard}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "inspector"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"name": ""}, "name"),
        ({"password": "12345678"}, "password"),
        ({"password": "short"}, "password"),
        ({"role": Role.TOWNSHIP_STAFF}, "place"),
    ],
)
def test_person_that_cannot_be_is_refused_whole(
    guard: User, county: County, changes: dict[str, object], field: str
) -> None:
    before = User.objects.count()
    with pytest.raises(Problem) as problem:
        new_person(guard, county, **changes)
    assert problem.value.field == field
    assert User.objects.count() == before
    assert trail() == []


def test_person_is_not_created_in_another_county(guard: User, other: County) -> None:
    with pytest.raises(NotAllowed):
        new_person(guard, other)
    assert not User.objects.filter(username="lihua").exists()


def test_role_is_not_given_above_the_own_region(guard: User, county: County, cast: dict[str, User]) -> None:
    with pytest.raises(NotAllowed):
        actions.assign(by=guard, person=cast["inspector"], role=Role.REVIEWER, region=county.region.parent)
    assert cast["inspector"].assignments.count() == 1


def test_nobody_raises_themselves(guard: User, county: County) -> None:
    with pytest.raises(NotAllowed, match="不能修改自己的权限"):
        actions.assign(by=guard, person=guard, role=Role.INSPECTOR, region=county.region)
    assert guard.assignments.count() == 1


@pytest.mark.parametrize("first", ["administrator", "security_administrator", "audit_administrator"])
@pytest.mark.parametrize("second", ["administrator", "security_administrator", "audit_administrator"])
def test_the_three_administrators_are_three_people(
    guard: User, county: County, first: str, second: str
) -> None:
    person = make_user("new", [(first, county.townships[0])])
    if first == second:
        actions.assign(by=guard, person=person, role=second, region=county.region)
    else:
        with pytest.raises(Problem, match="三员分立"):
            actions.assign(by=guard, person=person, role=second, region=county.region)
    assert set(person.assignments.values_list("role", flat=True)) == {first}


@pytest.mark.parametrize("role", ["administrator", "reviewer", "signatory"])
def test_role_that_speaks_for_the_county_is_not_given_for_a_township(
    guard: User, county: County, role: str
) -> None:
    person = make_user("new", [(Role.INSPECTOR, county.region)])
    with pytest.raises(Problem, match="以县级的名义"):
        actions.assign(by=guard, person=person, role=role, region=county.townships[0])
    actions.assign(by=guard, person=person, role=role, region=county.region)
    assert person.assignments.count() == 2


def test_same_role_in_the_same_region_is_refused(guard: User, county: County, cast: dict[str, User]) -> None:
    with pytest.raises(Problem, match="已有"):
        actions.assign(by=guard, person=cast["inspector"], role=Role.INSPECTOR, region=county.region)


def test_role_is_taken_back_but_never_the_last(guard: User, county: County, cast: dict[str, User]) -> None:
    person = cast["inspector"]
    second = make_assignment(person, Role.REVIEWER, county.region)
    first = person.assignments.get(role=Role.INSPECTOR)
    actions.unassign(by=guard, person=person, assignment=second)
    assert trail() == [("person.unassign", county.region.code)]
    with pytest.raises(Problem, match="至少要保留一项"):
        actions.unassign(by=guard, person=person, assignment=first)
    with pytest.raises(Problem, match="已经不在"):
        actions.unassign(by=guard, person=person, assignment=second)
    assert person.assignments.get() == first


def test_assignment_of_somebody_else_is_not_taken(guard: User, cast: dict[str, User], county: County) -> None:
    make_assignment(cast["inspector"], Role.REVIEWER, county.region)
    foreign = cast["reviewer"].assignments.get()
    with pytest.raises(Problem):
        actions.unassign(by=guard, person=cast["inspector"], assignment=foreign)
    assert Assignment.objects.filter(pk=foreign.pk).exists()


def test_name_is_changed_and_both_names_kept_in_the_trail(guard: User, cast: dict[str, User]) -> None:
    person = cast["inspector"]
    actions.edit_person(by=guard, person=person, name="王五")
    actions.edit_person(by=guard, person=person, name="王五")
    entry = AuditEntry.objects.get()
    assert entry.detail == {"changed": {"name": ["inspector", "王五"]}}
    assert entry.target == f"User {person.pk}"


def test_account_is_closed_and_opened(guard: User, cast: dict[str, User]) -> None:
    person = cast["inspector"]
    actions.disable(by=guard, person=person)
    actions.disable(by=guard, person=person)
    assert not User.objects.get(pk=person.pk).is_active
    actions.enable(by=guard, person=person)
    assert User.objects.get(pk=person.pk).is_active
    assert [action for action, _ in trail()] == ["person.disable", "person.enable"]


def test_password_is_set_but_not_a_weak_one(guard: User, cast: dict[str, User]) -> None:
    person = cast["inspector"]
    actions.set_password(by=guard, person=person, password=NEW_PASSWORD)
    with pytest.raises(Problem):
        actions.set_password(by=guard, person=person, password="123")
    assert User.objects.get(pk=person.pk).check_password(NEW_PASSWORD)
    assert trail() == [("person.password", person.home_code)]


def test_own_password_is_changed_by_anybody(cast: dict[str, User]) -> None:
    actions.change_own_password(by=cast["inspector"], password=NEW_PASSWORD)
    assert User.objects.get(pk=cast["inspector"].pk).check_password(NEW_PASSWORD)
    assert trail() == [("person.password", "410523000000")]


@pytest.mark.parametrize(
    "write",
    [
        lambda by, person: actions.edit_person(by=by, person=person, name="x"),
        lambda by, person: actions.set_password(by=by, person=person, password=NEW_PASSWORD),
        lambda by, person: actions.disable(by=by, person=person),
        lambda by, person: actions.enable(by=by, person=person),
        lambda by, person: actions.unassign(by=by, person=person, assignment=person.grants[0]),
        lambda by, person: actions.assign(
            by=by, person=person, role=Role.REVIEWER, region=person.grants[0].region
        ),
    ],
)
@pytest.mark.parametrize("role", [*Role.values, "security_administrator-elsewhere"])
def test_people_are_written_by_their_own_security_administrator_only(
    cast: dict[str, User], county: County, write: Callable[[User, User], object], role: str
) -> None:
    by = User.objects.get(username=role)
    person = make_user("target", [(Role.INSPECTOR, county.region), (Role.SIGNATORY, county.region)])
    if role == Role.SECURITY_ADMINISTRATOR:
        write(by, person)
        return
    before = (User.objects.filter(pk=person.pk).values().get(), list(person.assignments.values()))
    with pytest.raises(NotAllowed):
        write(by, person)
    assert (User.objects.filter(pk=person.pk).values().get(), list(person.assignments.values())) == before
    assert trail() == []


# ---- centers


def edit(by: User, center: ServiceCenter, **changes: object) -> ServiceCenter:
    values = {"name": center.name, "address": "", "phone": "", "closed_on": None}
    return actions.edit_center(by=by, center=center, **(values | changes))


def test_center_is_changed_and_closed(cast: dict[str, User], county: County) -> None:
    center = county.center(county.townships[0])
    noon = dt.datetime(2026, 3, 5, 4, tzinfo=dt.UTC)
    edit(cast["administrator"], center, address="人民路1号", closed_on=dt.date(2026, 3, 5), now=noon)
    center.refresh_from_db()
    assert (center.address, center.closed_on) == ("人民路1号", dt.date(2026, 3, 5))
    entry = AuditEntry.objects.get()
    assert entry.detail == {"changed": {"address": ["", "人民路1号"], "closed_on": [None, "2026-03-05"]}}
    assert entry.region_id == center.region_id


def test_center_is_not_closed_on_a_day_to_come(cast: dict[str, User], county: County) -> None:
    center = county.center(county.townships[0])
    # In Beijing it is the 5th already.
    late = dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC)
    with pytest.raises(Problem, match="不能晚于今天") as problem:
        edit(cast["administrator"], center, closed_on=dt.date(2026, 3, 6), now=late)
    assert problem.value.field == "closed_on"
    center.refresh_from_db()
    assert center.closed_on is None
    assert trail() == []
    assert edit(cast["administrator"], center, closed_on=dt.date(2026, 3, 5), now=late).closed_on


def test_center_with_an_older_day_to_come_keeps_it(cast: dict[str, User], county: County) -> None:
    old = make_center(county.townships[0], "旧址", closed_on=dt.date(2099, 1, 1))
    assert (
        edit(cast["administrator"], old, address="人民路1号", closed_on=old.closed_on).address == "人民路1号"
    )


def test_center_saved_without_a_change_leaves_no_row(cast: dict[str, User], county: County) -> None:
    edit(cast["administrator"], county.center(county.townships[0]))
    assert trail() == []


def test_second_open_center_in_a_region_is_refused(cast: dict[str, User], county: County) -> None:
    old = make_center(county.townships[0], "旧址", closed_on="2025-01-01")
    with pytest.raises(Problem, match="另一个正在使用的中心") as problem:
        edit(cast["administrator"], old)
    assert problem.value.field == "closed_on"
    old.refresh_from_db()
    assert old.closed_on == dt.date(2025, 1, 1)


@pytest.mark.parametrize(
    "username", [*(role for role in Role.values if role != "administrator"), "administrator-elsewhere"]
)
def test_center_is_written_by_its_own_administrator_only(
    cast: dict[str, User], county: County, username: str
) -> None:
    center = county.center(county.townships[0])
    with pytest.raises(NotAllowed):
        edit(User.objects.get(username=username), center, name="别名")
    center.refresh_from_db()
    assert center.name != "别名"
    assert trail() == []


# ---- the door

NOON = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)


def refuse(times: int, at: dt.datetime = NOON, username: str = "inspector") -> None:
    for _ in range(times):
        actions.note_refused_login(username=username, address="10.1.2.3", now=at)


def test_refused_login_is_kept_with_its_address(cast: dict[str, User]) -> None:
    refuse(1)
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.target, entry.address, entry.result, entry.region_id) == (
        None,
        f"User {cast['inspector'].pk}",
        "10.1.2.3",
        "refused",
        "410523000000",
    )


def test_unknown_name_at_the_door_is_not_kept(cast: dict[str, User]) -> None:
    refuse(1, username="my-secret-password")
    entry = AuditEntry.objects.get()
    assert "secret" not in f"{entry.target}{entry.detail}"


def test_five_refusals_in_a_row_make_wait_a_quarter_of_an_hour(cast: dict[str, User]) -> None:
    refuse(4)
    assert not actions.must_wait("inspector", now=NOON)
    refuse(1)
    assert actions.must_wait("inspector", now=NOON)
    assert not actions.must_wait("reviewer", now=NOON)
    assert not actions.must_wait("nobody", now=NOON)
    assert actions.must_wait("inspector", now=NOON + dt.timedelta(minutes=14, seconds=59))
    assert not actions.must_wait("inspector", now=NOON + dt.timedelta(minutes=15))


def test_new_password_lifts_the_wait(cast: dict[str, User]) -> None:
    refuse(5)
    guard, person = cast["security_administrator"], cast["inspector"]
    actions.set_password(by=guard, person=person, password="shan-shui-1024", now=NOON)
    assert not actions.must_wait("inspector", now=NOON)
    refuse(4)
    assert not actions.must_wait("inspector", now=NOON)
    refuse(1)
    assert actions.must_wait("inspector", now=NOON)


def test_new_password_that_was_refused_lifts_nothing(cast: dict[str, User]) -> None:
    refuse(5)
    record("person.password", by=cast["reviewer"], target=cast["inspector"], refused=True, now=NOON)
    assert actions.must_wait("inspector", now=NOON)


def test_tries_while_waiting_do_not_lengthen_the_wait(cast: dict[str, User]) -> None:
    refuse(5)
    for minute in (5, 10, 14):
        at = NOON + dt.timedelta(minutes=minute)
        for _ in range(5):
            actions.note_refused_login(username="inspector", address=None, waiting=True, now=at)
    assert actions.must_wait("inspector", now=NOON + dt.timedelta(minutes=14))
    assert not actions.must_wait("inspector", now=NOON + dt.timedelta(minutes=15))
    assert AuditEntry.objects.filter(result="refused").count() == 20


def test_login_in_between_begins_the_count_anew(cast: dict[str, User]) -> None:
    refuse(4)
    actions.note_login(by=cast["inspector"], address=None, now=NOON)
    refuse(4)
    assert not actions.must_wait("inspector", now=NOON)
