"""The audit trail's page."""

import datetime as dt

import pytest
from django.test import Client

from organization.audit import record
from organization.models import AuditEntry, Region, Role, User
from tests.factories import County, make_county, make_other_county, make_region, make_user

pytestmark = pytest.mark.django_db
PAGE = "/audit/"


@pytest.fixture
def auditor(client: Client, cast: dict[str, User]) -> User:
    client.force_login(cast["audit_administrator"])
    return cast["audit_administrator"]


@pytest.fixture
def rows(cast: dict[str, User], county: County, other: County) -> None:
    """Three rows of the county and one from elsewhere, on three days of Beijing time."""
    code = county.region.code
    day = dt.datetime(2026, 3, 5, 16, 30, tzinfo=dt.UTC)  # half past midnight of the 6th
    admin, guard = cast["administrator"], cast["security_administrator"]
    record("center.edit", by=admin, target="甲", region=code, now=day)
    record("person.create", by=guard, target="乙", region=code, now=day - dt.timedelta(days=1))
    record("center.edit", by=guard, target="丙", region=code, now=day - dt.timedelta(days=2), refused=True)
    record("center.edit", by=admin, target="丁", region=other.region.code, now=day)


def targets(client: Client, query: str = "") -> list[str]:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return [entry.target for entry in response.context["page"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["甲", "乙", "丙"]),
        ("?person=security", ["乙", "丙"]),
        ("?action=center.edit", ["甲", "丙"]),
        ("?result=refused", ["丙"]),
        ("?since=2026-03-06", ["甲"]),
        ("?until=2026-03-05", ["乙", "丙"]),
        ("?since=2026-03-05&until=2026-03-05", ["乙"]),
        ("?since=2026-03-05&action=center.edit&result=done", ["甲"]),
        ("?person=nobody", []),
        ("?action=nonsense", ["甲", "乙", "丙"]),
        ("?until=2999-12-31", ["甲", "乙", "丙"]),
    ],
)
def test_trail_is_filtered(
    client: Client, auditor: User, rows: None, query: str, expected: list[str]
) -> None:
    assert targets(client, query) == expected


@pytest.mark.parametrize("day", ["31.2.2026", "0001-01-01", "9999-12-31", "x"])
def test_day_that_is_none_is_told(client: Client, auditor: User, rows: None, day: str) -> None:
    response = client.get(f"{PAGE}?since={day}&until={day}")
    assert "请先更正以下内容" in response.content.decode()


def test_rows_say_in_words_who_did_what(client: Client, auditor: User, county: County) -> None:
    by = make_user("wang", name="王建国")
    by.address = "10.1.2.3"
    changed = {"name": ["旧", "新"], "closed_on": [None, "2026-03-05"]}
    record("center.edit", by=by, target=county.region, region=county.region.code, changed=changed)
    record("person.assign", by=by, target=by, region=county.region.code, role="lead_inspector")
    page = client.get(PAGE).content.decode()
    for words in (
        "王建国（wang）",
        "修改中心",
        "名称：旧 → 新；停用日期：（空） → 2026-03-05",
        "10.1.2.3",
        "授予权限",
        "角色：检查组长",
        "汤阴县",
    ):
        assert words in page


def test_what_a_row_holds_is_shown_as_text(client: Client, auditor: User, county: County) -> None:
    record("x", by=None, target="<script>alert(1)</script>", region=county.region.code, reason="<b>x</b>")
    page = client.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_trail_comes_in_pages(client: Client, auditor: User, county: County) -> None:
    for n in range(51):
        record("x", by=None, target=str(n), region=county.region.code)
    assert len(targets(client)) == 50
    assert targets(client, "?page=2") == ["0"]


@pytest.mark.parametrize("rows", [1, 3])
def test_trail_costs_the_same_for_one_and_three(client: Client, django_assert_num_queries, rows: int) -> None:
    other, county = make_other_county(), make_county()
    record("x", by=None, target="", region=other.region.code)
    for n in range(rows):
        by = make_user(f"p{n}")
        record("x", by=by, target=str(n), region=county.townships[n].code)
    client.force_login(make_user("auditor", [(Role.AUDIT_ADMINISTRATOR, county.region)]))
    with django_assert_num_queries(5):
        assert len(targets(client)) == rows


@pytest.fixture
def province(client: Client, cast: dict[str, User], county: County) -> None:
    place = Region.objects.get(code="410000000000")
    client.force_login(make_user("of-a-province", [(Role.AUDIT_ADMINISTRATOR, place)]))


def test_trail_of_a_province_is_listed_up_to_a_limit(
    client: Client, province: None, rows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    record("x", by=None, target="远", region=make_region("510121").code)
    assert targets(client) == ["丁", "甲", "乙", "丙"]
    assert "超过" not in client.get(PAGE).content.decode()
    monkeypatch.setattr("organization.paging.FirstPages.__init__.__defaults__", (2,))
    assert targets(client) == ["丁", "甲"]
    assert "超过 2 条，这里列出最近的 2 条。" in client.get(PAGE).content.decode()
    assert targets(client, "?result=refused") == ["丙"]


@pytest.mark.parametrize("rows", [1, 3])
def test_trail_of_a_province_costs_the_same_for_one_and_three(
    client: Client, province: None, county: County, django_assert_num_queries, rows: int
) -> None:
    for n in range(rows):
        by = make_user(f"p{n}")
        record("x", by=by, target=str(n), region=county.townships[n].code)
    with django_assert_num_queries(6):
        assert len(targets(client)) == rows


def test_reading_the_trail_writes_nothing_into_it(client: Client, auditor: User) -> None:
    client.get(PAGE)
    assert not AuditEntry.objects.exists()
