"""The trail as a table, and what may be searched for."""

import csv
import io

import pytest
from django.test import Client

from organization.audit import record
from organization.models import AuditEntry, User
from organization.sealing import seal_all
from tests.factories import County

pytestmark = pytest.mark.django_db
PAGE, EXPORT = "/audit/", "/audit/export/"


@pytest.fixture
def rows(client: Client, cast: dict[str, User], county: County, other: County) -> None:
    """Rows of the county, of one of its townships, and of the neighboring county."""
    by = cast["administrator"]
    by.address = "10.1.2.3"
    town = county.townships[0]
    record("center.edit", by=by, target=county.center(town), region=town.code)
    record("person.create", by=by, target=cast["inspector"], region=county.region.code, reason="=1+1")
    record("center.edit", by=None, target="丙", region=other.region.code, address="10.9.9.9")
    seal_all()
    client.force_login(cast["audit_administrator"])


def table(client: Client, query: str = "") -> list[list[str]]:
    response = client.post(EXPORT + query)
    assert response.status_code == 200
    text = b"".join(response).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["person.create", "center.edit"]),
        ("?object=城关镇", ["center.edit"]),
        ("?object=inspector", ["person.create"]),
        ("?region=城关镇", ["center.edit"]),
        ("?region=410523", ["person.create", "center.edit"]),
        ("?region=410526", []),
        ("?region=没有", []),
        ("?address=10.1.2.3", ["person.create", "center.edit"]),
        ("?address=10.9.9.9", []),
    ],
)
def test_trail_is_searched(client: Client, rows: None, query: str, expected: list[str]) -> None:
    found = client.get(PAGE + query).context["page"]
    assert [entry.action for entry in found] == expected
    assert len(table(client, query)) == 1 + len(expected)


def test_objects_are_named(client: Client, rows: None, cast: dict[str, User], county: County) -> None:
    page = client.get(PAGE).content.decode()
    assert f"中心 {county.center(county.townships[0])}" in page
    assert "人员 inspector（inspector）" in page


def test_name_is_the_one_of_that_time(client: Client, rows: None, cast: dict[str, User]) -> None:
    User.objects.filter(pk=cast["inspector"].pk).update(name="新名")
    assert "人员 inspector（inspector）" in client.get(PAGE).content.decode()


def test_export_says_who_took_what(client: Client, rows: None, cast: dict[str, User]) -> None:
    lines = table(client, "?action=center.edit")
    assert [line[5] for line in lines] == ["操作", "修改中心"]
    assert lines[1][4] == "10.1.2.3"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.by, entry.detail) == (
        "audit.export",
        cast["audit_administrator"],
        {"count": 1, "filter": {"action": "center.edit"}},
    )


def test_no_cell_of_the_table_is_a_formula(client: Client, county: County, cast: dict[str, User]) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1"):
        record("x", by=None, target=text, region=county.region.code)
    client.force_login(cast["audit_administrator"])
    cells = [line[8] for line in table(client)[1:]]
    assert len(cells) == 6
    assert all(cell.startswith("'") for cell in cells)


def test_filter_that_cannot_be_leads_back_to_the_page(client: Client, rows: None) -> None:
    response = client.post(f"{EXPORT}?address=nowhere&since=x")
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?address=nowhere&since=x")
    assert not AuditEntry.objects.filter(action="audit.export").exists()
    assert "请先更正以下内容" in client.get(response["Location"]).content.decode()


def test_get_exports_nothing(client: Client, rows: None) -> None:
    assert client.get(EXPORT).status_code == 405


def test_logout_leaves_a_row(client: Client, cast: dict[str, User]) -> None:
    client.force_login(cast["inspector"])
    client.post("/logout/")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by) == ("logout", cast["inspector"])
