"""Predicates, and that querysets say the same."""

import pytest

from organization import permissions
from organization.models import AuditEntry, Region, Role, ServiceCenter, User
from organization.problems import NotAllowed
from tests.factories import County, make_assignment, make_user

pytestmark = pytest.mark.django_db

EVERY_ROLE = pytest.mark.parametrize("role", Role.values)


@EVERY_ROLE
def test_centers_are_managed_by_administrators_only(cast: dict[str, User], role: str) -> None:
    assert bool(permissions.can_manage_centers(cast[role])) == (role == Role.ADMINISTRATOR)


@EVERY_ROLE
def test_people_are_managed_by_security_administrators_only(cast: dict[str, User], role: str) -> None:
    assert bool(permissions.can_manage_people(cast[role])) == (role == Role.SECURITY_ADMINISTRATOR)


@EVERY_ROLE
def test_trail_is_read_by_audit_administrators_only(cast: dict[str, User], role: str) -> None:
    assert bool(permissions.can_read_audit(cast[role])) == (role == Role.AUDIT_ADMINISTRATOR)


@EVERY_ROLE
def test_editable_centers_are_visible_ones(cast: dict[str, User], role: str) -> None:
    user = cast[role]
    visible = set(ServiceCenter.objects.visible_to(user))
    editable = {c for c in ServiceCenter.objects.all() if permissions.can_edit_center(user, c)}
    assert editable == (visible if role == Role.ADMINISTRATOR else set())


@EVERY_ROLE
def test_editable_people_are_visible_ones(cast: dict[str, User], role: str) -> None:
    user = cast[role]
    visible = set(User.objects.visible_to(user))
    editable = {person for person in User.objects.all() if permissions.can_edit_person(user, person)}
    assert editable == (visible - {user} if role == Role.SECURITY_ADMINISTRATOR else set())


@EVERY_ROLE
def test_assignable_regions_are_those_of_the_queryset(
    cast: dict[str, User], county: County, role: str
) -> None:
    user, person = cast[role], make_user("new", [(Role.INSPECTOR, county.region)])
    assignable = {r for r in Region.objects.all() if permissions.can_assign(user, person, Role.REVIEWER, r)}
    assert assignable == set(Region.objects.assignable_by(user))
    assert bool(assignable) == (role == Role.SECURITY_ADMINISTRATOR)
    assert all(region.code.startswith("410523") for region in assignable)


@EVERY_ROLE
def test_readable_trail_is_of_the_own_region(cast: dict[str, User], other: County, role: str) -> None:
    for code in ("410523000000", "410523100000", "410526000000", "410500000000"):
        AuditEntry.objects.create(at="2026-01-01T00:00Z", action="x", target=code, region_id=code)
    seen = set(AuditEntry.objects.visible_to(cast[role]).values_list("target", flat=True))
    expected = {"410523000000", "410523100000"} if role == Role.AUDIT_ADMINISTRATOR else set()
    assert seen == expected


def test_rows_without_a_region_go_to_the_uppermost_audit_administrator(cast: dict[str, User]) -> None:
    AuditEntry.objects.create(at="2026-01-01T00:00Z", action="x", target="")
    auditor = cast["audit_administrator"]
    assert AuditEntry.objects.visible_to(auditor).count() == 1
    city = make_user("city", [(Role.AUDIT_ADMINISTRATOR, Region.objects.get(code="410500000000"))])
    assert AuditEntry.objects.visible_to(auditor).count() == 0
    assert AuditEntry.objects.visible_to(city).count() == 1


def test_nobody_edits_themselves(cast: dict[str, User]) -> None:
    guard = cast["security_administrator"]
    assert not permissions.can_edit_person(guard, guard)


def test_person_with_roles_elsewhere_is_left_to_those_above(
    cast: dict[str, User], county: County, other: County
) -> None:
    person = cast["inspector"]
    make_assignment(person, Role.INSPECTOR, other.region)
    verdict = permissions.can_edit_person(cast["security_administrator"], person)
    assert not verdict
    assert "本地区以外" in str(verdict.reason)


def test_refusal_names_the_role_that_is_needed(cast: dict[str, User]) -> None:
    with pytest.raises(NotAllowed, match="业务管理员") as refused:
        permissions.can_manage_centers(cast["inspector"]).enforce(action="center.list", target="/centers/")
    assert (refused.value.action, refused.value.target) == ("center.list", "/centers/")


def test_person_without_roles_sees_themselves_only(cast: dict[str, User]) -> None:
    nobody = make_user("nobody")
    assert list(User.objects.visible_to(nobody)) == [nobody]
    assert not Region.objects.visible_to(nobody).exists()
    assert not ServiceCenter.objects.visible_to(nobody).exists()


def test_township_sees_its_own_part(cast: dict[str, User], county: County) -> None:
    seen = ServiceCenter.objects.visible_to(cast["township_staff"])
    assert {center.region_id[:9] for center in seen} == {county.townships[0].code[:9]}
    assert seen.count() == 3
