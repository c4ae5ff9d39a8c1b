"""A township gives its villages to their own people, and no more than that."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding
from organization import actions
from organization.models import AuditEntry, Region, Role, User
from organization.permissions import can_edit_person
from organization.problems import NotAllowed, Problem
from tests.factories import make_user
from tests.small_stage import NOW, Stage, small_stage, submitted

pytestmark = pytest.mark.django_db
LIST, NEW = "/village-people/", "/village-people/new/"
PASSWORD = "Cun-2026-anquan"


@pytest.fixture
def stage() -> Stage:
    return small_stage(townships=2, villages=2, kinds=("village",))


@pytest.fixture
def staff(client: Client, stage: Stage) -> User:
    client.force_login(stage.cast["township_staff"])
    return stage.cast["township_staff"]


def villages(stage: Stage, township: int = 0) -> list[Region]:
    return list(Region.objects.filter(parent=stage.county.townships[township]))


def delegate(by: User, region: Region, username: str = "cun1") -> User:
    return actions.delegate(
        by=by, username=username, name="村民李", password=PASSWORD, region=region, now=NOW
    )


def test_township_gives_a_village_to_a_person(client: Client, staff: User, stage: Stage) -> None:
    village = villages(stage)[1]
    assert client.get(f"{NEW}?village={village.code}").context["form"].initial["region"] == village.code
    sent = {"region": village.code, "username": "cun1", "name": "村民李", "password": PASSWORD}
    said = client.post(NEW, sent, follow=True)
    person = User.objects.get(username="cun1")
    assert [(grant.role, grant.region_id) for grant in person.grants] == [("township_staff", village.code)]
    assert person.must_change_password
    shown = {row.name: [one.username for one in row.people] for row in said.context["villages"]}
    assert shown == {villages(stage)[0].name: [], village.name: ["cun1"]}
    entry = AuditEntry.objects.get(action="person.delegate")
    assert (entry.by, entry.region_id) == (staff, village.code)
    assert reverse("organization:person-edit", args=[person.pk]) in said.content.decode()


def test_village_person_sees_and_repairs_the_own_village_alone(client: Client, stage: Stage) -> None:
    staff = stage.cast["township_staff"]
    own, near = villages(stage)
    person = delegate(staff, own)
    places = {row.region_id: at for at, row in enumerate(stage.inspections)}
    for village in (own, near, villages(stage, 1)[0]):
        submitted(stage, places[village.code], yes=Given(False), zones=Given(["guide", "wait"]))
    for inspection in (stage.inspections[places[own.code]], stage.inspections[places[near.code]]):
        inspecting.notify_findings(inspection=inspection, by=stage.cast["signatory"], now=NOW)
        inspecting.acknowledge_findings(inspection=inspection, by=staff, now=NOW)
    mine, theirs = (Finding.objects.get(region=village) for village in (own, near))
    User.objects.update(must_change_password=False)
    client.force_login(User.objects.get(pk=person.pk))
    page = client.get(reverse("reports:finding-list")).context["page"]
    assert [row.pk for row in page] == [mine.pk]
    home = client.get(reverse("reports:our-centers"))
    assert [center.region_id for center in home.context["centers"]] == [own.code]
    assert home.context["finding_count"] == 1
    assert LIST not in home.content.decode()
    reply = {"measure": "已办", "responsible": "李", "result": "not_done", "plan": "下周"}
    for finding, status in ((mine, 302), (theirs, 404)):
        assert (
            client.post(reverse("inspections:finding-reply", args=[finding.pk]), reply).status_code == status
        )
    assert client.get(reverse("inspections:finding", args=[theirs.pk])).status_code == 404
    assert mine.replies.get().saved_by_id == person.pk
    # The township itself goes on with all of its villages.
    client.force_login(staff)
    page = client.get(reverse("reports:finding-list")).context["page"]
    assert {row.pk for row in page} == {mine.pk, theirs.pk}
    assert LIST in client.get(reverse("reports:our-centers")).content.decode()


def test_only_villages_of_the_own_township_are_given(stage: Stage) -> None:
    staff = stage.cast["township_staff"]
    outside = [villages(stage, 1)[0], stage.county.townships[0], stage.county.region]
    for region in outside:
        with pytest.raises(NotAllowed):
            delegate(staff, region)
    assert not User.objects.filter(username="cun1").exists()


def test_form_offers_no_village_elsewhere(client: Client, staff: User, stage: Stage) -> None:
    sent = {"region": villages(stage, 1)[0].code, "username": "cun1", "name": "李", "password": PASSWORD}
    assert "region" in client.post(NEW, sent).context["form"].errors
    assert not User.objects.filter(username="cun1").exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"township_staff"}))
def test_others_give_no_village(client: Client, stage: Stage, role: str) -> None:
    client.force_login(stage.cast[role])
    assert client.get(LIST).status_code == client.get(NEW).status_code == 403
    with pytest.raises(NotAllowed):
        delegate(stage.cast[role], villages(stage)[0])


def test_village_people_give_nothing_on(client: Client, stage: Stage) -> None:
    own = villages(stage)[0]
    person = make_user("cun", [(Role.TOWNSHIP_STAFF, own)])
    client.force_login(person)
    assert client.get(LIST).status_code == 403
    with pytest.raises(NotAllowed):
        delegate(person, own)


def test_bad_values_are_told_in_words(client: Client, staff: User, stage: Stage) -> None:
    village = villages(stage)[0]
    with pytest.raises(Problem):
        actions.delegate(by=staff, username="cun1", name="李", password="1", region=village)
    sent = {"region": village.code, "username": staff.username, "name": "李", "password": PASSWORD}
    assert "username" in client.post(NEW, sent).context["form"].errors


# ---- afterwards


def test_township_renames_resets_and_disables_its_village_people(
    client: Client, staff: User, stage: Stage
) -> None:
    person = delegate(staff, villages(stage)[0])
    page = reverse("organization:person-edit", args=[person.pk])
    said = client.get(page).content.decode()
    assert "重设密码" in said
    assert "添加权限" not in said
    assert client.post(page, {"name": "新名"}).status_code == 302
    url = reverse("organization:person-password", args=[person.pk])
    assert client.post(url, {"password": "Xin-2026-mima"}).status_code == 302
    assert client.post(reverse("organization:person-disable", args=[person.pk])).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.is_active) == ("新名", False)


def test_township_adds_no_role(client: Client, staff: User, stage: Stage) -> None:
    village = villages(stage)[0]
    person = delegate(staff, village)
    url = reverse("organization:person-assign", args=[person.pk])
    for role, place in (("administrator", stage.county.region.code), ("inspector", village.code)):
        client.post(url, {"role": role, "place": place})
    assert [grant.role for grant in User.objects.get(pk=person.pk).grants] == ["township_staff"]
    with pytest.raises(NotAllowed):
        actions.assign(by=staff, person=person, role="inspector", region=village)


def test_only_those_who_are_nothing_else_are_the_townships(stage: Stage) -> None:
    staff = stage.cast["township_staff"]
    own, elsewhere = villages(stage)[0], villages(stage, 1)[0]
    village = (Role.TOWNSHIP_STAFF, own)
    others: list[list[Any]] = [
        [village, (Role.INSPECTOR, own)],
        [village, (Role.TOWNSHIP_STAFF, elsewhere)],
        [(Role.TOWNSHIP_STAFF, stage.county.townships[0])],
        [(Role.INSPECTOR, own)],
        [],
    ]
    assert can_edit_person(staff, make_user("one", [village]))
    for place, grants in enumerate(others):
        assert not can_edit_person(staff, make_user(f"other{place}", grants)), grants
    assert not can_edit_person(staff, staff)


@pytest.mark.parametrize("people", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    client: Client, staff: User, stage: Stage, django_assert_num_queries: Any, people: int
) -> None:
    for number in range(people):
        delegate(staff, villages(stage)[number % 2], f"cun{number}")
    with django_assert_num_queries(7):
        client.get(LIST)
