"""The list of findings: what it filters by, whose they are, what it costs."""

import re
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from inspections.actions import add_centers, object_to
from inspections.answers import Given
from inspections.models import Finding
from organization.codes import Level
from organization.models import Region, Role
from tests.factories import County, make_region, make_user
from tests.repairs import in_state, publish
from tests.reports.test_wide import of_all
from tests.reports.views.test_homes import SHORT, shown, with_both_townships
from tests.small_stage import (
    NOW,
    Stage,
    answer,
    issued,
    later,
    small_stage,
    submit_by,
    submitted,
)
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


def found(client: Client, **query: Any) -> list[tuple[str, str]]:
    page = shown(client, "/findings/", **query)["page"]
    rows = Finding.objects.filter(pk__in=[row.pk for row in page])
    return sorted(rows.values_list("region_id", "item__code"))


def test_findings_are_filtered_by_the_address(
    client: Client, stage: Stage, other: Stage, quick_pdf: Any
) -> None:
    issued(stage, submitted(stage, 0, yes=Given(False), area=Given("75")))
    submitted(stage, 1, yes=Given(False))
    submitted(other, 0, yes=Given(False))
    first, second = "410523100000", "410523101000"
    client.force_login(stage.cast["administrator"])
    everything = [(first, "area"), (first, "yes"), (second, "yes")]
    assert found(client) == everything
    assert found(client, region="410523101") == [(second, "yes")]
    assert found(client, state="notified") == everything[:2]
    assert found(client, round=stage.round.pk) == everything
    item = stage.edition.items.get(code="yes")
    assert found(client, item=item.pk) == [(first, "yes"), (second, "yes")]
    assert found(client, item=item.pk, region="410523100", state="notified") == [(first, "yes")]
    assert found(client, round=other.round.pk) == found(client, region="410526") == []


@pytest.mark.parametrize(
    "query",
    [
        {"round": "x"}, {"round": "9" * 60}, {"state": "nonsense"}, {"region": "x"}, {"region": "9" * 60},
        {"item": "9" * 60}, {"item": "٣"}, {"item": "²"}, {"round": "\x00"}, {"region": "\x00"},
        {"page": "x"}, {"page": "-1"}, {"region": "１２"},
    ],
)  # fmt: skip
def test_filter_that_is_none_does_no_harm(client: Client, stage: Stage, query: dict[str, str]) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    shown(client, "/findings/", **query)


def test_findings_of_a_township_are_its_own(client: Client, stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    submitted(stage, 1, **SHORT)
    client.force_login(stage.cast["township_staff"])
    assert found(client) == [("410523100000", "yes")]
    client.force_login(stage.cast["inspector"])
    assert found(client) == []


@pytest.mark.parametrize("townships", [1, 3])
def test_findings_cost_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    for place in range(townships):
        issued(stage, submitted(stage, place, **SHORT))
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(9):
        assert len(shown(client, "/findings/")["page"].object_list) == townships


def test_clause_and_number_take_no_width_from_what_was_found(
    client: Client, stage: Stage, quick_pdf: Any
) -> None:
    """The clause stands below the finding; the number of its notice may break in one place."""
    notice = issued(stage, submitted(stage, 0, yes=Given(False)))
    client.force_login(stage.cast["administrator"])
    text = client.get("/findings/").content.decode()
    clause = Finding.objects.get().clause
    assert re.search(
        rf'<th scope="row"><a [^>]*>[^<]*</a><br><span [^>]*>{re.escape(clause)}</span></th>', text
    )
    code, number = notice.number_text.split("〕")
    assert f"{code}〕</span><wbr><span" in text
    assert f">{number}</span></a>" in text


def test_findings_of_an_earlier_inspection_give_way_to_the_last(client: Client, stage: Stage) -> None:
    submitted(stage, 0, at=later(-90), yes=Given(False), area=Given("75"))
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    again = round.inspections.order_by("region_id").first()
    answer(again, stage.cast["inspector"], area=Given("75"))
    submit_by(again, stage.cast["lead_inspector"])
    client.force_login(stage.cast["township_staff"])
    assert shown(client, "/our-centers/")["finding_count"] == 1
    assert found(client) == [("410523100000", "area")]
    assert len(found(client, round=stage.round.pk)) == 2


def test_findings_that_a_notice_asked_for_stay_whatever_was_inspected_since(
    client: Client, stage: Stage
) -> None:
    finding = in_state(stage, "acknowledged")
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    again = round.inspections.order_by("region_id").first()
    answer(again, stage.cast["inspector"])
    submit_by(again, stage.cast["lead_inspector"], later(30))
    client.force_login(stage.cast["township_staff"])
    assert found(client) == [(finding.region_id, "yes")]
    assert shown(client, "/our-centers/")["finding_count"] == 1


def test_findings_are_filtered_by_how_far_they_are(client: Client, stage: Stage, other: Stage) -> None:
    with_both_townships(stage)
    late, reported = in_state(stage, "acknowledged"), in_state(stage, "reported", place=1)
    in_state(other, "acknowledged")
    Finding.objects.filter(state="acknowledged").update(due_on=date(2026, 11, 2))
    client.force_login(stage.cast["administrator"])
    first, second = [(late.region_id, "yes")], [(reported.region_id, "yes")]
    assert found(client, state="overdue") == first
    assert found(client, state="with_county") == second
    assert found(client, state="open") == first + second
    page = client.get("/findings/", {"state": "overdue"}).content.decode()
    assert reverse("inspections:finding", args=[late.pk]) in page
    assert "已逾期" in page
    Finding.objects.filter(pk=late.pk).update(state="closed", closed_at=NOW)
    assert found(client, state="overdue") == []
    assert found(client, state="open") == second


@pytest.mark.parametrize("most", [2, 3, 4])
def test_list_counts_and_turns_so_far_only(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("reports.listing.MOST", most)
    monkeypatch.setattr("reports.views.homes.PER_PAGE", 1)
    submitted(stage, 0, yes=Given(False), area=Given("75"), choice=Given("not_met"))
    client.force_login(stage.cast["administrator"])
    last = shown(client, "/findings/", page="9999")["page"]
    assert (last.number, last.paginator.is_cut) == (min(most, 3), most < 3)
    every = [row.pk for n in range(last.number) for row in shown(client, "/findings/", page=n + 1)["page"]]
    assert every == list(Finding.objects.values_list("pk", flat=True)[:most])
    said = client.get("/findings/").content.decode()
    assert ("超过 2 个" in said) is (most == 2)
    assert ("共 3 个" in said) is (most >= 3)


# ---- by which places it can be filtered


def offered(client: Client, person: Any, label: str, **query: str) -> list[str]:
    """The prefixes that may be chosen, beside everything."""
    client.force_login(person)
    field = client.get("/findings/", query).context["form"].fields["region"]
    assert (field.label, field.choices[0][0]) == (label, "")
    return [value for value, _name in field.choices[1:]]


def test_county_chooses_among_its_townships(client: Client, stage: Stage, other: Stage) -> None:
    for chosen in ("", "410523101", "410526"):
        found = offered(client, stage.cast["administrator"], "乡镇", region=chosen)
        assert found == ["410523100", "410523101"]


@pytest.mark.parametrize(
    ("grant", "chosen", "found"),
    [
        ("410000000000", "", ["41", "4105"]),
        ("410000000000", "4105", ["41", "4105", "410523", "410526"]),
        ("410000000000", "410526", ["41", "4105", "410526", "410526100", "410526101"]),
        ("410000000000", "410523101", ["41", "4105", "410523", "410523100", "410523101"]),
        # Not a place, or not one of theirs: as if nothing were chosen.
        ("410000000000", "3201", ["41", "4105"]),
        ("410000000000", "41052", ["41", "4105"]),
        ("410000000000", "４１", ["41", "4105"]),
        ("410500000000", "", ["4105", "410523", "410526"]),
        ("000000000000", "", ["41"]),
        ("000000000000", "41", ["41", "4105"]),
    ],
)
def test_whoever_sees_more_chooses_a_level_at_a_time(
    client: Client, stage: Stage, other: Stage, grant: str, chosen: str, found: list[str]
) -> None:
    Region.objects.get_or_create(code="0" * 12, defaults={"level": 0, "name": "全国"})
    person = make_user("wide", [(Role.ADMINISTRATOR, Region.objects.get(pk=grant))])
    assert offered(client, person, "地区（逐级选择）", region=chosen) == found


def test_two_grants_offer_both_places(client: Client, stage: Stage, other: Stage) -> None:
    province, township = (Region.objects.get(pk=code) for code in ("410000000000", "410523101000"))
    both = [(Role.REVIEWER, province), (Role.TOWNSHIP_STAFF, township)]
    person = make_user("both", both)
    assert offered(client, person, "地区（逐级选择）") == ["41", "4105", "410523", "410523101"]


def test_townships_of_a_city_without_counties_are_offered(client: Client, stage: Stage) -> None:
    guangdong = make_region("44", "广东省")
    dongguan = Region.objects.create(code="441900000000", name="东莞市", level=Level.CITY, parent=guangdong)
    Region.objects.create(code="441900003000", name="东城街道", level=Level.TOWNSHIP, parent=dongguan)
    person = make_user("wide", [(Role.ADMINISTRATOR, guangdong)])
    for chosen in ("4419", "441900003"):
        assert offered(client, person, "地区（逐级选择）", region=chosen) == ["44", "4419", "441900003"]


def test_each_level_is_set_in_and_comes_first(client: Client, stage: Stage) -> None:
    client.force_login(make_user("wide", [(Role.ADMINISTRATOR, Region.objects.get(pk="410000000000"))]))
    page = client.get("/findings/", {"region": "410523"})
    form = page.context["form"]
    names = [name for _value, name in form.fields["region"].choices[1:5]]
    assert names == ["河南省", "\u3000安阳市", "\u3000\u3000汤阴县", "\u3000\u3000\u3000城关镇"]
    assert next(iter(form.fields)) == "region"
    # The Tab key goes on from here when the list is shown anew: there may be three levels to choose.
    bar = '<form class="filters" id="filters" method="get" action="#filters"'
    assert bar in page.content.decode()


def test_rounds_are_offered_of_the_chosen_region_and_those_above(
    client: Client, stage: Stage, other: Stage
) -> None:
    submitted(stage, 0, **SHORT)
    city = make_user("city", [(Role.ADMINISTRATOR, Region.objects.get(pk="410500000000"))])
    own = County(Region.objects.get(pk="410500000000"))
    checked = make_round(own, stage.edition, city, "市级抽查")
    add_centers(round=checked, region=own.region, kinds=("township",), by=city, now=NOW)
    client.force_login(city)

    def rounds(**query: str) -> list[str]:
        field = client.get("/findings/", query).context["form"].fields["round"]
        return [value for value, _name in field.choices[1:]]

    mine, theirs, both = (str(one.pk) for one in (stage.round, other.round, checked))
    assert rounds() == rounds(region="4105") == [both]
    assert rounds(region="410523") == rounds(region="410523100") == [both, mine]
    assert rounds(region="410526") == [both, theirs]
    # The one that a link from elsewhere has chosen is there, whatever region is.
    assert rounds(round=mine) == [both, mine]
    client.force_login(make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(pk="410000000000"))]))
    assert rounds() == rounds(round="x") == []
    assert client.get("/findings/").context["form"].fields["round"].label == "轮次（先选县）"
    client.force_login(stage.cast["administrator"])
    assert set(rounds()) == {both, mine}


def test_rounds_of_the_nation_stand_above_every_region(client: Client, stage: Stage) -> None:
    nation = of_all(Region.objects.create(code="100000000000", level=0, name="全国"), stage)
    province = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(pk="410000000000"))])
    for person in (nation.created_by, province):
        client.force_login(person)
        for query in ({}, {"region": "41"}):
            field = client.get("/findings/", query).context["form"].fields["round"]
            assert [value for value, _name in field.choices[1:]] == [str(nation.pk)]


@pytest.mark.parametrize("counties", [1, 2])
def test_whoever_sees_many_places_reads_where_each_finding_is(
    client: Client, stage: Stage, other: Stage, django_assert_num_queries: Any, counties: int
) -> None:
    for one in (stage, other)[:counties]:
        submitted(one, 0, **SHORT)
    city, province = Region.objects.get(pk="410500000000"), Region.objects.get(pk="410000000000")
    for region, place, queries in ((city, "汤阴县", 12), (province, "安阳市汤阴县", 13)):
        client.force_login(make_user(region.name, [(Role.ADMINISTRATOR, region)]))
        with django_assert_num_queries(queries):
            page = client.get("/findings/")
        assert [row.place for row in page.context["page"]][:1] == [place]
        assert f'<br><span class="soft">{place}</span>' in page.content.decode()
    client.force_login(stage.cast["administrator"])
    assert {row.place for row in shown(client, "/findings/")["page"]} == {""}


def test_a_finding_leads_back_to_the_list_as_it_was_filtered(client: Client, stage: Stage) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    client.force_login(stage.cast["township_staff"])
    assert f'href="/findings/{finding.pk}/"' in client.get("/findings/").content.decode()
    query = f"round={stage.round.pk}&state=acknowledged&region=410523100"
    there = f"/findings/{finding.pk}/?back={quote(query, safe='')}"
    assert f'href="{there}"' in client.get(f"/findings/?{query}&nothing=1").content.decode()
    back = f'<a href="/findings/?{escape(query)}">'
    page = client.get(there).content.decode()
    assert back in page
    # Every act of the page keeps it: with a fault, and when it is done.
    posts = re.findall(r'<form class="box" method="post" action="([^"]+)"', page)
    assert [f"{urlsplit(one).path}?{urlsplit(there).query}" for one in posts] == posts
    assert f'formaction="/findings/{finding.pk}/report/?{urlsplit(there).query}"' in page
    assert back in client.post(f"/findings/{finding.pk}/report/?{urlsplit(there).query}", {}).content.decode()
    extension = {"until": "2026-12-31", "reason": "未到货"}
    for address, sent in ((posts[0], {"measure": "已订购"}), (posts[1], extension)):
        done = client.post(address, sent, follow=True)
        assert done.redirect_chain == [(there, 302)]
        assert back in done.content.decode()


def test_a_finding_leads_back_to_the_page_of_the_list(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.views.homes.PER_PAGE", 1)
    submitted(stage, 0, **SHORT)
    submitted(stage, 1, **SHORT)
    client.force_login(stage.cast["administrator"])
    (row,) = client.get("/findings/", {"state": "found", "page": "2"}).context["page"]
    assert row.url == f"/findings/{row.pk}/?back=state%3Dfound%26page%3D2"


def test_an_objection_on_its_way_to_a_correction_keeps_the_filter(client: Client, stage: Stage) -> None:
    finding = in_state(stage, "acknowledged")
    asked = object_to(finding=finding, reason="在里间", by=stage.cast["township_staff"], now=NOW)
    client.force_login(stage.cast["administrator"])
    there = f"/findings/{finding.pk}/?back=state%3Dopen"
    link = f"/requests/{asked.pk}/correct/?back=state%3Dopen"
    assert f'href="{link}"' in client.get(there).content.decode()
    assert f'<a href="{there}">' in client.get(link).content.decode()


@pytest.mark.parametrize(
    "back",
    [
        "https://elsewhere.example/", "//elsewhere.example", "/documents/", "javascript:alert(1)", "state",
        "state=open#x", "state=open&", "state=open\n", "state=../..", "state=ｏｐｅｎ", "\x00", "a=1&" * 99,
        "state=" + "a" * 41, 'state="><script>',
    ],
)  # fmt: skip
def test_way_back_that_no_list_has_written_is_the_whole_list(client: Client, stage: Stage, back: str) -> None:
    finding = in_state(stage, "acknowledged")
    client.force_login(stage.cast["township_staff"])
    page = client.get(f"/findings/{finding.pk}/", {"back": back}).content.decode()
    assert '<nav class="crumbs" aria-label="所在位置"><ol><li><a href="/findings/">问题</a>' in page
    assert f'action="/findings/{finding.pk}/reply/"' in page
    address = f"/findings/{finding.pk}/reply/?{urlencode({'back': back})}"
    assert client.post(address, {"measure": "x"})["Location"] == f"/findings/{finding.pk}/"
