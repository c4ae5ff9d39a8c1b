"""Every page of the app by every role, from another county, and without a login."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry, Role, ServiceCenter, User
from organization.urls import urlpatterns
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db

# Page, the role that may open it, and what it is about (a row of the county, or nothing).
PAGES = {
    "center-list": (Role.ADMINISTRATOR, None),
    "center-edit": (Role.ADMINISTRATOR, "center"),
    "person-list": (Role.SECURITY_ADMINISTRATOR, None),
    "person-create": (Role.SECURITY_ADMINISTRATOR, None),
    "people-import": (Role.SECURITY_ADMINISTRATOR, None),
    "people-sheet": (Role.SECURITY_ADMINISTRATOR, None),
    "person-edit": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-password": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-assign": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-unassign": (Role.SECURITY_ADMINISTRATOR, "assignment"),
    "person-disable": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-enable": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-data": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-anonymize": (Role.SECURITY_ADMINISTRATOR, "person"),
    "person-factor-drop": (Role.SECURITY_ADMINISTRATOR, "person"),
    "audit": (Role.AUDIT_ADMINISTRATOR, None),
    "audit-export": (Role.AUDIT_ADMINISTRATOR, None),
}
POST_ONLY = {
    "person-data",
    "person-anonymize",
    "person-unassign",
    "person-disable",
    "person-enable",
    "audit-export",
    "person-factor-drop",
}
# About nobody but the person who asks.
# A township's staff; tests/organization/views/test_delegates.py.
DELEGATING = {"delegate-list", "delegate-create"}
OWN = {
    "own-data",
    "own-data-download",
    "privacy",
    "account",
    "second-factor",
    "recovery-codes",
    "own-factor-drop",
    "sessions-end",
    "session-end",
}
EVERY_PAGE = pytest.mark.parametrize("page", PAGES)

Address = Callable[[str], str]


@pytest.fixture
def address(cast: dict[str, User], county: County) -> Address:
    """Build a page's address about a row of the first county's first township."""
    center = county.center(county.townships[0])
    person = make_user(
        "target", [(Role.INSPECTOR, county.townships[0]), (Role.REVIEWER, county.townships[0])]
    )
    arguments = {
        None: [],
        "center": [center.pk],
        "person": [person.pk],
        "assignment": [person.pk, person.grants[0].pk],
    }
    return lambda page: reverse(f"organization:{page}", args=arguments[PAGES[page][1]])


def visit(client: Client, user: User, page: str, url: str) -> int:
    client.force_login(user)
    return (client.post(url) if page in POST_ONLY else client.get(url)).status_code


def test_table_names_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == {*PAGES, *OWN, *DELEGATING, "session"}


@EVERY_PAGE
def test_page_without_a_login_leads_to_the_door(client: Client, address: Address, page: str) -> None:
    url = address(page)
    read, written = client.get(url), client.post(url)
    assert (read.status_code, written.status_code) == (302, 302)
    assert read["Location"] == f"{reverse('login')}?next={url}"
    assert written["Location"] == reverse("login")


@EVERY_PAGE
@pytest.mark.parametrize("role", Role.values)
def test_page_opens_for_its_role_only(
    client: Client, cast: dict[str, User], address: Address, page: str, role: str
) -> None:
    """Whoever may not is refused (403) where they see the row, and finds nothing (404) where they do not."""
    status = visit(client, cast[role], page, address(page))
    if role == PAGES[page][0]:
        assert status == (302 if page in POST_ONLY - {"audit-export", "person-data"} else 200)
        return
    assert status == 403
    refused = AuditEntry.objects.get(result=AuditEntry.Result.REFUSED)
    assert refused.by == cast[role]
    assert refused.region_id
    assert refused.detail["reason"]


@pytest.mark.parametrize("page", [page for page, (_, row) in PAGES.items() if row])
@pytest.mark.parametrize("role", Role.values)
def test_row_of_another_county_is_not_found(
    client: Client, cast: dict[str, User], address: Address, page: str, role: str
) -> None:
    stranger = User.objects.get(username=f"{role}-elsewhere")
    assert visit(client, stranger, page, address(page)) == 404


@pytest.mark.parametrize("page", sorted(POST_ONLY))
def test_get_changes_nothing(client: Client, cast: dict[str, User], address: Address, page: str) -> None:
    client.force_login(cast[Role.SECURITY_ADMINISTRATOR])
    assert client.get(address(page)).status_code == 405


def test_account_is_everybodys(client: Client, cast: dict[str, User]) -> None:
    for user in cast.values():
        client.force_login(user)
        assert client.get(reverse("organization:account")).status_code == 200
    client.logout()
    assert client.get(reverse("organization:account")).status_code == 302


def test_another_township_is_not_found(client: Client, cast: dict[str, User], county: County) -> None:
    center = county.center(county.townships[1])
    assert center in ServiceCenter.objects.all()
    url = reverse("organization:center-edit", args=[center.pk])
    assert visit(client, cast[Role.TOWNSHIP_STAFF], "center-edit", url) == 404
