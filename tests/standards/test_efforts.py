"""Estimates of effort stand beside a frozen edition: taken from the file, edited here, exported again."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry, Role
from organization.problems import NotAllowed
from standards.actions import import_standard, set_efforts
from standards.content import EFFORTS, StandardData, to_plain, with_efforts
from standards.editions import efforts_of, load_edition
from standards.models import Edition, Effort
from standards.schema import Faults, parse_standard
from tests.factories import make_county, make_region, make_user
from tests.small_standards import plain_item, plain_standard, standard
from tests.stage import shipped

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def data(**efforts: str) -> StandardData:
    told = {"a": "small", "b": "large"} | efforts
    return standard(*(plain_item(code, effort=size) for code, size in told.items()), plain_item("c"))


def test_import_takes_the_files_estimates_in() -> None:
    edition = import_standard(data(), now=NOW)
    assert efforts_of(edition.pk) == {"a": "small", "b": "large"}
    assert load_edition(edition.pk) == data()


def test_estimates_are_no_part_of_what_is_frozen() -> None:
    """A file that only estimates otherwise is the same edition; what was set here stays."""
    plain = standard(plain_item("a"), plain_item("b"), plain_item("c"))
    edition = import_standard(plain, now=NOW)
    assert efforts_of(edition.pk) == {}
    assert import_standard(data(), now=NOW) == edition
    assert efforts_of(edition.pk) == {"a": "small", "b": "large"}
    import_standard(data(a="large"), now=NOW)
    assert efforts_of(edition.pk) == {"a": "small", "b": "large"}


def test_draft_read_anew_takes_its_estimates_along() -> None:
    edition = import_standard(data(), publish=False, now=NOW)
    again = standard(plain_item("a", effort="medium", points=7), plain_item("b"), plain_item("c"))
    import_standard(again, publish=False, now=NOW)
    assert efforts_of(edition.pk) == {"a": "medium"}


@pytest.mark.parametrize("effort", ["huge", 3, "", None])
def test_effort_that_is_none_is_a_fault(effort: Any) -> None:
    with pytest.raises(Faults) as refused:
        parse_standard(plain_standard(plain_item("a", effort=effort)))
    assert [fault.path for fault in refused.value.faults] == ["sections[0].clauses[0].items[0].effort"]


def test_export_writes_what_is_set_now() -> None:
    edition = import_standard(data(), now=NOW)
    exported = with_efforts(load_edition(edition.pk), {"a": "medium"})
    items = to_plain(exported)["sections"][0]["clauses"][0]["items"]
    assert [item.get("effort") for item in items] == ["medium", None, None]
    assert parse_standard(to_plain(exported)) == data()


def test_every_item_of_the_shipped_standard_is_estimated() -> None:
    assert {item.effort for item in shipped().items()} == set(EFFORTS)


def test_database_knows_three_sizes() -> None:
    item = import_standard(data(), now=NOW).items.get(code="c")
    with pytest.raises(IntegrityError), transaction.atomic():
        Effort.objects.create(item=item, size="huge", changed_at=NOW)


# ---- setting them


@pytest.fixture
def edition() -> Edition:
    return import_standard(data(), now=NOW)


def test_uppermost_administrators_set_them(edition: Edition) -> None:
    county = make_county(townships=1)
    local = make_user("local", [(Role.ADMINISTRATOR, county.region)])
    sizes = {"a": "small", "b": "medium", "c": "large", "unknown": "small"}
    assert set_efforts(edition=edition, sizes=sizes, by=local, now=NOW) == 2
    assert efforts_of(edition.pk) == {"a": "small", "b": "medium", "c": "large"}
    entry = AuditEntry.objects.get(action="standard.estimate")
    assert (entry.by, entry.detail["changed"]) == (local, {"b": "medium", "c": "large"})
    city = make_user("city", [(Role.ADMINISTRATOR, county.region.parent)])
    below = make_user("below", [(Role.ADMINISTRATOR, county.region)])
    with pytest.raises(NotAllowed, match="上级"):
        set_efforts(edition=edition, sizes={"a": "large"}, by=below, now=NOW)
    assert set_efforts(edition=edition, sizes={"a": "large"}, by=city, now=NOW) == 1


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_others_set_none(edition: Edition, role: str) -> None:
    person = make_user("somebody", [(role, make_region("410523000000"))])
    with pytest.raises(NotAllowed):
        set_efforts(edition=edition, sizes={"a": "large"}, by=person, now=NOW)


# ---- the page

URL = "/standards/small/2026/efforts/"


@pytest.fixture
def administrator(client: Client, edition: Edition) -> Client:
    client.force_login(make_user("local", [(Role.ADMINISTRATOR, make_county(townships=1).region)]))
    return client


def test_page_offers_every_item_and_saves(administrator: Client, edition: Edition) -> None:
    assert reverse("standards:efforts", args=["small", "2026"]) == URL
    form = administrator.get(URL).context["form"]
    assert [field.initial for field in form] == ["small", "large", "medium"]
    assert URL in administrator.get("/standards/small/2026/").content.decode()
    said = administrator.post(URL, {"a": "large", "b": "large", "c": "medium"}, follow=True)
    assert "改了2项" in said.content.decode()
    assert efforts_of(edition.pk) == {"a": "large", "b": "large", "c": "medium"}
    assert (
        "没有改动"
        in administrator.post(URL, {"a": "large", "b": "large", "c": "medium"}, follow=True).content.decode()
    )


@pytest.mark.parametrize("sent", [{}, {"a": "huge", "b": "small", "c": "small"}])
def test_page_refuses_what_is_no_size(administrator: Client, edition: Edition, sent: dict[str, str]) -> None:
    page = administrator.post(URL, sent)
    assert page.status_code == 400
    assert page.context["form"].errors
    assert efforts_of(edition.pk) == {"a": "small", "b": "large"}


def test_draft_leads_to_no_page_of_estimates(client: Client, db: None) -> None:
    import_standard(data(), publish=False, now=NOW)
    client.force_login(make_user("local", [(Role.ADMINISTRATOR, make_county(townships=1).region)]))
    page = client.get("/standards/small/2026/")
    assert page.status_code == 200
    assert URL not in page.content.decode()
    assert client.get(URL).status_code == 404


def test_page_and_link_are_the_administrators(client: Client, edition: Edition) -> None:
    client.force_login(make_user("staff", [(Role.TOWNSHIP_STAFF, make_county(townships=1).townships[0])]))
    assert client.get(URL).status_code == 403
    assert URL not in client.get("/standards/small/2026/").content.decode()
