"""The list of people, a new person, and what can be changed of one."""

import pytest
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry, Role, User
from tests.factories import (
    PASSWORD,
    County,
    make_assignment,
    make_county,
    make_other_county,
    make_region,
    make_user,
)

pytestmark = pytest.mark.django_db
LIST, NEW = "/people/", "/people/new/"


@pytest.fixture
def guard(client: Client, cast: dict[str, User]) -> User:
    client.force_login(cast["security_administrator"])
    return cast["security_administrator"]


@pytest.fixture
def person(guard: User, county: County) -> User:
    return make_user("lihua", [(Role.INSPECTOR, county.region)], name="李华", password=PASSWORD)


def page_of(person: User, part: str = "edit", *more: int) -> str:
    return reverse(f"organization:person-{part}", args=[person.pk, *more])


# ---- the list


def names(client: Client, query: str = "") -> set[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return {person.username for person in response.context["page"]}


def test_list_holds_people_of_the_own_county_only(client: Client, guard: User) -> None:
    assert names(client) == set(Role.values)
    assert "elsewhere" not in client.get(LIST).content.decode()


def test_list_filters_by_name_role_and_state(client: Client, guard: User, person: User) -> None:
    assert names(client, "?q=LIHUA") == names(client, "?q=李") == {"lihua"}
    assert names(client, "?role=inspector") == {"lihua", "inspector"}
    person.is_active = False
    person.save()
    assert names(client, "?state=disabled") == {"lihua"}
    assert "lihua" not in names(client, "?state=active")
    assert names(client, "?role=nonsense&state=x") == {*Role.values, "lihua"}


def test_person_with_two_roles_is_listed_once(
    client: Client, guard: User, person: User, county: County
) -> None:
    make_assignment(person, Role.REVIEWER, county.townships[0])
    people = [p.username for p in client.get(LIST).context["page"]]
    assert people.count("lihua") == 1


def test_roles_elsewhere_are_not_told(client: Client, guard: User, person: User, other: County) -> None:
    make_assignment(person, Role.SIGNATORY, other.region)
    page = client.get(LIST).content.decode()
    assert "滑县" not in page
    assert page_of(person) not in page
    assert client.get(page_of(person)).status_code == 403


def test_role_filter_asks_for_roles_in_the_own_region(
    client: Client, guard: User, person: User, other: County
) -> None:
    make_assignment(person, Role.SIGNATORY, other.region)
    assert names(client, "?role=signatory") == {"signatory"}


@pytest.mark.parametrize("people", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries, people: int
) -> None:
    other, county = make_other_county(), make_county()
    make_user("elsewhere", [(Role.INSPECTOR, other.region)])
    for n in range(people - 1):
        make_user(f"p{n}", [(Role.INSPECTOR, t) for t in county.townships])
    client.force_login(make_user("guard", [(Role.SECURITY_ADMINISTRATOR, county.region)]))
    with django_assert_num_queries(6):
        assert len(names(client)) == people


# ---- a new person


def new(client: Client, **changes: str):
    values = {
        "username": "zhangwei",
        "name": "张伟",
        "password": PASSWORD,
        "role": "inspector",
        "place": "410523",
    }
    return client.post(NEW, values | changes)


def test_new_person_has_an_account_and_a_role(client: Client, guard: User) -> None:
    response = new(client)
    person = User.objects.get(username="zhangwei")
    assert response["Location"] == page_of(person)
    assert [(g.role, g.region_id) for g in person.grants] == [("inspector", "410523000000")]
    assert Client().login(username="zhangwei", password=PASSWORD)
    assert {e.by for e in AuditEntry.objects.all()} == {guard}


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("410523101", "410523101000"),
        ("410523101000", "410523101000"),
        (" 菜园镇 ", "410523101000"),
        ("汤阴", "410523000000"),
        ("菜园1村", "410523101201"),
    ],
)
def test_region_is_found_by_code_or_name(client: Client, guard: User, place: str, code: str) -> None:
    new(client, place=place)
    assert User.objects.get(username="zhangwei").home_code == code


def test_several_regions_are_offered_and_one_is_taken(client: Client, guard: User) -> None:
    page = new(client, place="菜园").content.decode()
    assert not User.objects.filter(username="zhangwei").exists()
    assert "有3个地区符合" in page
    assert "菜园镇菜园2村（410523101202）" in page
    new(client, place="菜园", region="410523101202")
    assert User.objects.get(username="zhangwei").home_code == "410523101202"


def test_region_that_was_not_offered_is_not_taken(client: Client, guard: User) -> None:
    for region in ("410526100000", "410523102000", "x"):
        assert "有3个地区符合" in new(client, place="菜园", region=region).content.decode()
    assert not User.objects.filter(username="zhangwei").exists()


@pytest.mark.parametrize("place", ["滑县", "410526", "410526100000", "安阳市", "4105", "没有的地方", "99"])
def test_region_out_of_sight_is_not_found(client: Client, guard: User, place: str) -> None:
    response = new(client, place=place)
    assert "在您管理的地区里没有找到" in response.content.decode()
    assert not User.objects.filter(username="zhangwei").exists()


def test_too_many_regions_ask_for_more_words(client: Client, guard: User, county: County) -> None:
    for n in range(300, 325):
        make_region(f"410523100{n}", f"大庄{n}村")
    assert "符合的地区太多" in new(client, place="大庄").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "inspector"}, "这个用户名已经有人使用"),
        ({"password": "123"}, "密码太短"),
        ({"password": ""}, "初始密码"),
        ({"name": ""}, "姓名"),
        ({"name": "x" * 51}, "姓名"),
        ({"role": "superuser"}, "角色"),
        ({"role": "township_staff"}, "乡镇工作人员的地区应为"),
    ],
)
def test_person_that_cannot_be_is_refused(
    client: Client, guard: User, changes: dict[str, str], words: str
) -> None:
    response = new(client, **changes)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert not User.objects.filter(username="zhangwei").exists()


# ---- one person


def test_page_shows_roles_and_what_can_be_done(client: Client, person: User) -> None:
    page = client.get(page_of(person)).content.decode()
    assert "汤阴县 · 检查员" in page
    assert "停用账号" in page
    assert "收回 " not in page  # the only role stays


def test_name_is_changed(client: Client, person: User) -> None:
    assert client.post(page_of(person), {"name": "李桦", "is_superuser": "on"}).status_code == 302
    person = User.objects.get(pk=person.pk)
    assert (person.name, person.is_superuser) == ("李桦", False)
    response = client.post(page_of(person), {"name": ""})
    assert response.status_code == 200
    assert "<h1>李桦</h1>" in response.content.decode()


def test_password_is_set_anew_and_old_sessions_end(client: Client, person: User) -> None:
    session = Client()
    session.force_login(person)
    assert client.post(page_of(person, "password"), {"password": "shan-shui-1024"}).status_code == 302
    assert session.get("/account/").status_code == 302
    assert client.post(page_of(person, "password"), {"password": "123"}).status_code == 200
    assert User.objects.get(pk=person.pk).check_password("shan-shui-1024")


def test_roles_are_given_and_taken_back(client: Client, person: User) -> None:
    client.post(page_of(person, "assign"), {"role": "lead_inspector", "place": "城关镇"})
    grant = person.assignments.get(role="lead_inspector")
    assert grant.region_id == "410523100000"
    assert "收回 城关镇 检查组长" in client.get(page_of(person)).content.decode()
    client.post(page_of(person, "unassign", grant.pk))
    assert not person.assignments.filter(role="lead_inspector").exists()
    last = person.assignments.get()
    response = client.post(page_of(person, "unassign", last.pk), follow=True)
    assert "至少要保留一项权限" in response.content.decode()
    assert person.assignments.get() == last


def test_role_that_cannot_be_is_explained(client: Client, person: User, cast: dict[str, User]) -> None:
    twice = client.post(page_of(person, "assign"), {"role": "inspector", "place": "410523"})
    assert "此人已有这个地区的这项权限" in twice.content.decode()
    outside = client.post(page_of(person, "assign"), {"role": "inspector", "place": "410526"})
    assert "在您管理的地区里没有找到" in outside.content.decode()
    assert person.assignments.count() == 1


def test_role_of_another_person_is_not_found(client: Client, person: User, cast: dict[str, User]) -> None:
    foreign = cast["reviewer"].assignments.get()
    assert client.post(page_of(person, "unassign", foreign.pk)).status_code == 404
    assert cast["reviewer"].assignments.exists()


def test_account_is_closed_and_opened_again(client: Client, person: User) -> None:
    session = Client()
    session.force_login(person)
    client.post(page_of(person, "disable"))
    assert session.get("/account/").status_code == 302
    assert "这个账号已停用" in client.get(page_of(person)).content.decode()
    client.post(page_of(person, "enable"))
    assert User.objects.get(pk=person.pk).is_active


@pytest.mark.parametrize("part", ["edit", "password", "assign", "disable", "enable"])
def test_nobody_changes_themselves(client: Client, guard: User, part: str) -> None:
    values = {"name": "x", "password": "shan-shui-1024", "role": "administrator", "place": "410523"}
    assert client.post(page_of(guard, part), values).status_code == 403
    assert guard.assignments.count() == 1
    assert AuditEntry.objects.get().result == AuditEntry.Result.REFUSED


@pytest.mark.parametrize("roles", [1, 3])
def test_page_of_one_costs_the_same_with_one_and_three_roles(
    client: Client, person: User, county: County, django_assert_num_queries, roles: int
) -> None:
    for township in county.townships[: roles - 1]:
        make_assignment(person, Role.REVIEWER, township)
    with django_assert_num_queries(5):
        assert len(client.get(page_of(person)).context["grants"]) == roles
