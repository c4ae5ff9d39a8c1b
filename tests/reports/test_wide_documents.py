"""The page of documents of a province: what a look through all rows would say, and what it costs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding
from organization.models import Region, Role, User
from organization.querysets import Cut
from reports import actions as reporting
from reports import overview
from reports.models import IssuingBody, OfficialDocument
from tests.factories import make_cast, make_county, make_region, make_user
from tests.reports.reinspections import reinspected
from tests.reports.test_wide import of_all
from tests.reports.views.test_opinions import looked_at_again, noticed
from tests.small_stage import (
    NOW,
    OFFICE,
    Stage,
    answer,
    drafted,
    issued,
    later,
    of,
    self_check,
    small_stage,
    submit_by,
    submitted,
)
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}
ADDRESS = "/documents/"


@pytest.fixture
def province(stage: Stage) -> User:
    return make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])


@pytest.fixture
def far(stage: Stage) -> Stage:
    """A county of another province, with an office."""
    place = make_county("510121", townships=2, villages=0)
    cast = make_cast(place, suffix="-far")
    round = make_round(place, stage.edition, cast["administrator"], "川检")
    take_in(round, cast, ("township",))
    fields = OFFICE | {"number_code": "川政服办"}
    reporting.set_issuing_body(region=place.region, fields=fields, by=cast["administrator"], now=NOW)
    return Stage(place, cast, stage.edition, round, of(round))


def seen(client: Client, user: User, **query: Any) -> Any:
    client.force_login(user)
    said = client.get(ADDRESS, query)
    assert said.status_code == 200
    return said.context


def overtaken(stage: Stage, place: int = 0) -> OfficialDocument:
    """An issued notice that a correction has overtaken."""
    document = issued(stage, submitted(stage, place, **SHORT, area=Given("75")))
    finding = Finding.objects.get(inspection=document.inspection, item__code="yes")
    staff, county = stage.cast["township_staff"], stage.cast["administrator"]
    reporting.acknowledge(document=document, person="马会玲", by=staff, now=NOW)
    finding.refresh_from_db()
    asked = actions.object_to(finding=finding, reason="当天就有", by=staff, now=NOW)
    reporting.correct_score(request=asked, given=Given(True), words="经核实", by=county, now=later(1))
    return document


def test_what_waits_for_a_notice_is_what_a_county_would_count(
    client: Client, stage: Stage, other: Stage, far: Stage, province: User, quick_pdf: Any
) -> None:
    submitted(stage, 0, **SHORT)
    withdrawn = issued(stage, submitted(stage, 1, **SHORT))
    submitted(other, 0, **SHORT)
    drafted(other, submitted(other, 1, **SHORT))
    submitted(far, 0, **SHORT)
    reporting.withdraw(document=withdrawn, words="对象有误", by=stage.cast["signatory"], now=NOW)
    context = seen(client, province)
    assert context["waiting"] == list(overview.awaiting_notice(province))
    assert context["waiting_count"] == 3
    assert [row.whereabouts for row in context["waiting"]] == ["安阳市汤阴县"] * 2 + ["安阳市滑县"]
    context = seen(client, province, region="410526")
    assert context["waiting"] == [other.inspections[0]]
    assert seen(client, province, region="510121")["waiting"] == []


def test_opinions_are_offered_that_a_county_would_find(
    client: Client, stage: Stage, other: Stage, far: Stage, province: User, quick_pdf: Any
) -> None:
    for place in (0, 1):
        noticed(stage, place, reported=place == 0)
    noticed(other)
    noticed(far)
    # A finding with the county that no notice asked for.
    Finding.objects.filter(inspection=submitted(other, 1, **SHORT)).update(state="reported")
    assert seen(client, province)["reinspected"] == list(overview.awaiting_opinion(province)) == []
    again = [reinspected(one, place) for one in (stage, other, far) for place in (0, 1)]
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    answer(own, stage.cast["township_staff"])
    submit_by(own, stage.cast["township_staff"], later(20))
    found = seen(client, province)["reinspected"]
    assert set(found) == set(overview.awaiting_opinion(province)) == {again[0], again[2]}
    assert seen(client, province, region="410526")["reinspected"] == [again[2]]
    assert seen(client, province, region="510121")["reinspected"] == []
    kind = OfficialDocument.Kind.OPINION
    reporting.draft_notice(inspection=again[0], kind=kind, by=stage.cast["administrator"], now=later(21))
    assert seen(client, province)["reinspected"] == list(overview.awaiting_opinion(province)) == [again[2]]


def test_reinspection_that_settled_its_findings_is_offered_an_opinion(
    client: Client, stage: Stage, province: User, quick_pdf: Any
) -> None:
    again = looked_at_again(stage)
    found = seen(client, province)["reinspected"]
    assert found == list(overview.awaiting_opinion(province)) == [again]


def test_documents_that_a_correction_overtook_are_listed_oldest_first(
    client: Client, stage: Stage, far: Stage, province: User, quick_pdf: Any
) -> None:
    behind = overtaken(stage)
    overtaken(far)
    assert seen(client, province)["outdated"] == list(overview.outdated(province)) == [behind]
    assert seen(client, province, region="410526")["outdated"] == []


def test_list_is_narrowed_by_region_and_holds_nothing_of_another_province(
    client: Client, stage: Stage, other: Stage, far: Stage, province: User, quick_pdf: Any
) -> None:
    ours = issued(stage, submitted(stage, 0, **SHORT))
    beside = drafted(other, submitted(other, 0, **SHORT))
    drafted(far, submitted(far, 0, **SHORT))
    context = seen(client, province)
    assert set(context["page"]) == {ours, beside}
    assert [row.whereabouts for row in context["page"]].count("安阳市滑县") == 1
    assert list(seen(client, province, region="410526")["page"]) == [beside]
    assert list(seen(client, province, region="4105", state="issued")["page"]) == [ours]
    for region in ("510121", "51", "9" * 60):
        assert list(seen(client, province, region=region)["page"]) == []
    said = client.get(ADDRESS, {"region": "510121"}).content.decode()
    assert "川" not in said
    assert "没有这样的公文" in said
    for none in ("x", "４１", "\x00", ""):
        assert len(seen(client, province, region=none)["page"].object_list) == 2


def test_rounds_and_offices_are_those_of_the_chosen_region_and_above(
    client: Client, stage: Stage, other: Stage, province: User, quick_pdf: Any
) -> None:
    issued(stage, submitted(stage, 0, **SHORT))
    drafted(stage, submitted(stage, 1, **SHORT))
    submitted(other, 0, **SHORT)
    context = seen(client, province)
    names = ("exportable", "issuable", "rounds", "offices")
    assert [list(context[name]) for name in names] == [[]] * 4
    context = seen(client, province, region="410523")
    assert [list(context[name]) for name in names[:3]] == [[stage.round]] * 3
    assert [row.document_count for row in context["issuable"]] == [1]
    assert [row["body"] for row in context["offices"]] == [IssuingBody.objects.get(region="410523000000")]
    assert seen(client, province, region="410526")["rounds"] == [other.round]
    signatory = make_user("signatory41", [(Role.SIGNATORY, Region.objects.get(code="410000000000"))])
    context = seen(client, signatory, region="410523")
    assert [list(context[name]) for name in names[:3]] == [[], [stage.round], []]
    assert (context["waiting_count"], context["waiting"], context["reinspected"]) == (0, [], [])


def test_round_of_the_nation_stands_above_every_region(
    client: Client, stage: Stage, province: User, quick_pdf: Any
) -> None:
    round = of_all(Region.objects.create(code="100000000000", level=0, name="全国"), stage)
    issued(stage, of(round)[0])
    for query in ({}, {"region": "4105"}):
        assert seen(client, province, **query)["exportable"] == [round]
        context = seen(client, round.created_by, **query)
        assert context["exportable"] == context["rounds"] == [round]


def test_all_that_waits_in_the_chosen_region_is_drafted_at_once(
    client: Client, stage: Stage, other: Stage, province: User, quick_pdf: Any
) -> None:
    for place in range(2):
        submitted(stage, place, **SHORT)
        submitted(other, place, **SHORT)
    seen(client, province)
    address = reverse("reports:notices-draft")
    said = client.post(address, {"region": "410526"}, follow=True)
    assert said.redirect_chain == [(f"{ADDRESS}?region=410526", 302)]
    assert {row.inspection for row in OfficialDocument.objects.all()} == set(other.inspections)
    client.post(address, {"region": "x"})
    assert OfficialDocument.objects.count() == 4


def test_more_than_is_counted_is_said(
    client: Client, stage: Stage, province: User, monkeypatch: pytest.MonkeyPatch, quick_pdf: Any
) -> None:
    monkeypatch.setattr("reports.listing.MOST", 1)
    submitted(stage, 0, **SHORT)
    assert seen(client, province)["waiting_count"] == 1
    submitted(stage, 1, **SHORT)
    context = seen(client, province)
    assert isinstance(context["waiting_count"], Cut)
    assert "1+ 个中心等待起草" in client.get(ADDRESS).content.decode()
    for inspection in stage.inspections:
        drafted(stage, inspection)
    said = client.get(ADDRESS)
    assert len(said.context["page"].object_list) == 1
    assert "超过 1 份，这里列出最近起草的 1 份。" in said.content.decode()


def test_county_and_city_have_the_page_as_before(
    client: Client, stage: Stage, other: Stage, quick_pdf: Any
) -> None:
    issued(stage, submitted(stage, 0, **SHORT))
    drafted(other, submitted(other, 0, **SHORT))
    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4105"))])
    context = seen(client, city, region="410526")
    assert "region" not in context["filters"].fields
    assert len(context["page"].object_list) == 2
    assert [row.notice_count for row in context["exportable"]] == [1]
    assert len(seen(client, stage.cast["administrator"])["page"].object_list) == 1


@pytest.mark.parametrize("townships", [1, 3])
def test_wide_page_costs_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=3 * townships)
    for place in range(townships):
        submitted(stage, place, **SHORT)
        drafted(stage, submitted(stage, townships + place, **SHORT))
        noticed(stage, 2 * townships + place)
        reinspected(stage, 2 * townships + place)
    province = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])
    seen(client, province)
    with django_assert_num_queries(30):
        context = seen(client, province, region="410523")
    lists = ("waiting", "reinspected", "issuable", "exportable", "rounds")
    assert [len(context[name]) for name in lists] == [townships, townships, 1, 1, 1 + townships]
    assert len(context["page"].object_list) == 2 * townships
