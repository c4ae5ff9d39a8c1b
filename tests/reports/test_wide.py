"""The home of a province's and the nation's people: what a count of rows would say, from the summaries."""

import io
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding, Inspection, Round
from inspections.querysets import held_in
from organization.models import Region, Role, User
from organization.querysets import Cut
from reports import actions as reporting
from reports import overview, regional, wide
from tests.factories import County, make_cast, make_county, make_region, make_user
from tests.repairs import REPLY, in_state
from tests.small_stage import (
    NOW,
    Stage,
    answer,
    drafted,
    issued,
    later,
    of,
    small_stage,
    submit_by,
    submitted,
)
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False), "area": Given("75")}
TODAY = date(2026, 12, 31)


@pytest.fixture
def far(stage: Stage) -> Stage:
    """A county of another province."""
    place = make_county("510121", townships=2, villages=0)
    cast = make_cast(place, suffix="-far")
    round = make_round(place, stage.edition, cast["administrator"], "川检")
    take_in(round, cast, ("township",))
    return Stage(place, cast, stage.edition, round, of(round))


@pytest.fixture
def nation(db: None) -> Region:
    return Region.objects.create(code="100000000000", level=0, name="全国")


@pytest.fixture
def province(stage: Stage) -> User:
    return make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])


def of_all(nation: Region, *stages: Stage) -> Round:
    """A round of the nation over the first townships of these, each submitted with two findings."""
    by = make_user("above", [(Role.ADMINISTRATOR, nation)])
    round = make_round(County(nation), stages[0].edition, by, "国检")
    for one in stages:
        actions.add_centers(round=round, region=one.county.townships[0], kinds=["township"], by=by, now=NOW)
        lead = one.cast["lead_inspector"]
        (inspection,) = of(round)[-1:]
        actions.assign(inspections=[inspection], people=[], lead=lead, by=by, now=NOW)
        answer(inspection, lead, **SHORT)
        submit_by(inspection, lead)
    return round


def seen(client: Client, user: User, **query: Any) -> Any:
    client.force_login(user)
    said = client.get("/county/", query)
    assert said.status_code == 200
    return said


def test_round_of_the_whole_comes_before_newer_ones_of_a_county(
    client: Client, stage: Stage, far: Stage, nation: Region
) -> None:
    whole = of_all(nation, stage, far)
    submitted(stage, 0, **SHORT)
    Round.objects.filter(pk=whole.pk).update(starts_on=date(2024, 1, 1))
    viewer = User.objects.get(username="above")
    for address in ("/county/", f"/regions/{nation.code}/"):
        client.force_login(viewer)
        context = client.get(address).context
        assert context["rounds"][0] == whole
        assert {row.pk for row in context["rounds"]} >= {whole.pk, stage.round.pk}
    # A county is inspected by the nation's round as by its own: there the newest comes first.
    county = Region.objects.get(pk=stage.county.region.pk)
    assert regional.rounds_in(county)[0] == stage.round
    # And each is set beside earlier ones of the same region.
    rounds = [stage.round, whole]
    assert regional.before(county, rounds, stage.round) == whole
    own = Round(pk=0, region=county, kind=whole.kind, starts_on=date(2023, 1, 1))
    assert regional.before(county, [*rounds, own], stage.round) == own


def test_trend_holds_rounds_of_the_same_place_as_the_chosen_one(
    client: Client, stage: Stage, far: Stage, nation: Region
) -> None:
    """An average of the whole between those of one county would be no rise and no fall of either."""
    whole = of_all(nation, stage, far)
    submitted(stage, 0, **SHORT)
    client.force_login(User.objects.get(username="above"))
    county, own, all_of_it = stage.county.region, f"{stage.county.region} · {stage.round.name}", whole.name
    # To the county both are rounds of its whole.
    for code, round, expected in (
        (nation.code, stage.round, [own]),
        (nation.code, whole, [all_of_it]),
        (county.code, stage.round, sorted([stage.round.name, all_of_it])),
        (county.code, whole, sorted([stage.round.name, all_of_it])),
    ):
        address = f"/regions/{code}/?round={round.pk}"
        shown = client.get(address).context
        assert sorted(row[0].value for row in shown["tables"]["trend"].rows) == expected
        assert bool(shown["plots"]["trend"]) == (len(expected) > 1)
        file = client.post(f"/regions/{code}/trend.csv?round={round.pk}")
        lines = b"".join(file.streaming_content).decode().splitlines()[1:]
        assert sorted(line.split(",")[0] for line in lines) == expected


def test_round_that_the_list_has_no_room_for_is_shown_when_it_is_asked_for(
    client: Client, stage: Stage, far: Stage, nation: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regional, "ROUNDS_SHOWN", 1)
    whole = of_all(nation, stage, far)
    submitted(stage, 0, **SHORT)
    client.force_login(User.objects.get(username="above"))

    def shown(code: str, wanted: object) -> list[Round]:
        context = client.get(f"/regions/{code}/?round={wanted}").context
        assert context["shown"].round in context["rounds"]
        return [context["shown"].round, *context["rounds"]]

    assert shown(nation.code, stage.round.pk) == [stage.round, whole, stage.round]
    file = client.post(f"/regions/{nation.code}/trend.csv?round={stage.round.pk}")
    assert stage.round.name in b"".join(file.streaming_content).decode()
    # One of elsewhere, and none at all.
    elsewhere = far.county.region.code
    for wanted in (stage.round.pk, 9**40, "²", "x", ""):
        assert stage.round not in shown(elsewhere, wanted)


def test_round_of_a_county_is_set_beside_its_own_or_none(
    client: Client, stage: Stage, far: Stage, nation: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list has no room for each county's: one once stood beside the nation's round, of other centers."""
    monkeypatch.setattr(regional, "ROUNDS_SHOWN", 2)
    whole = of_all(nation, stage, far)
    submitted(stage, 0, **SHORT)
    newer = make_round(stage.county, stage.edition, stage.cast["administrator"], "新一轮")
    take_in(newer, stage.cast, ("township",))
    Round.objects.filter(pk=stage.round.pk).update(starts_on=date(2026, 1, 1))
    client.force_login(User.objects.get(username="above"))
    beside = {}
    for round in (newer, stage.round, whole):
        context = client.get(f"/regions/{nation.code}/?round={round.pk}").context
        shown = beside[round] = context["shown"].against
        assert shown is None or shown in context["rounds"]
        assert (str(shown.pk) if shown else "none") in dict(context["form"].fields["against"].choices)
    assert beside == {newer: stage.round, stage.round: None, whole: None}
    name = f"{stage.county.region} · {stage.round.name}"
    file = client.post(f"/regions/{nation.code}/ranking.xlsx?round={newer.pk}")
    assert f"{stage.county.region} · 新一轮" in unquote(file["Content-Disposition"])
    notes = [row[0].value for row in load_workbook(io.BytesIO(b"".join(file.streaming_content))).active.rows]
    assert f"{nation.name} · {stage.county.region} · 新一轮" in notes
    assert f"对比轮次：{name}" in notes
    page = client.get(f"/regions/{nation.code}/?round={newer.pk}&kind=township").content.decode()
    assert f"对比 {name} · 乡镇便民服务中心</p>" in page
    # The nation's own is still to be had by asking for it.
    asked = client.get(f"/regions/{nation.code}/?round={newer.pk}&against={whole.pk}").context["shown"]
    assert asked.against == whole


def test_key_of_a_round_may_be_as_long_as_an_address(stage: Stage, nation: Region) -> None:
    assert stage.round in regional.rounds_in(nation, wanted=["9" * 5000, str(stage.round.pk), "²"])


def test_round_of_the_whole_is_the_same_to_a_row_and_to_a_query(
    stage: Stage, far: Stage, nation: Region
) -> None:
    of_all(nation, stage, far)
    found = set()
    for region in Region.objects.all():
        whole = Round.objects.filter(held_in([region.prefix]))
        for row in regional.rounds_in(region):
            assert regional.is_inside(row, region) == (row not in whole)
            found.add((region.level, row in whole))
    assert found >= {(0, True), (0, False), (1, True), (1, False), (3, True)}


def test_province_is_told_from_the_summaries_what_rows_would_say(
    client: Client, stage: Stage, other: Stage, province: User
) -> None:
    submitted(stage, 0, **SHORT)
    submitted(stage, 1, yes=Given(False))
    submitted(other, 0, **SHORT)
    Inspection.objects.filter(pk=other.inspections[1].pk).update(lead=None)
    for round in (stage.round, other.round):
        context = seen(client, province, round=round.pk).context
        assert context["totals"] == overview.totals(province, round, TODAY)
        assert context["awaiting"] == overview.awaiting_notice(province, round).count()
        rows = overview.worst_items(province, round)
        worst = [(row["item_id"], row["item__title"], row["count"]) for row in context["worst"]]
        assert worst == [(row["item_id"], row["item__title"], row["count"]) for row in rows]
        assert [row["clause"] for row in context["worst"]] == [row["clause"] for row in rows]
    (city,) = context["standings"]
    assert (city.region.name, city.rank, city.total, city.submitted, city.findings) == ("安阳市", 1, 2, 1, 2)
    said = seen(client, province, round=stage.round.pk).content.decode()
    assert f'href="{reverse("reports:region", args=[city.region.code])}?round={stage.round.pk}"' in said
    for words in ("各地区", "汤阴县 · ", "滑县 · "):
        assert words in said


def test_province_sees_nothing_of_another_province(
    client: Client, stage: Stage, far: Stage, nation: Region, province: User
) -> None:
    submitted(far, 0, **SHORT)
    round = of_all(nation, stage, far)
    said = seen(client, province, round=round.pk)
    context = said.context
    assert (context["round"], context["rounds"]) == (round, [round, stage.round])
    assert (context["totals"].inspections, context["totals"].submitted) == (1, 1)
    assert (context["totals"].open_findings, context["awaiting"]) == (2, 1)
    assert [row["count"] for row in context["worst"]] == [1, 1]
    assert [row.region.code for row in context["standings"]] == ["410500000000"]
    assert seen(client, province, round=far.round.pk).context["round"] != far.round
    for words in ("川检", "510000000000", "510100000000"):
        assert words not in said.content.decode()


def test_nation_is_the_sum_of_its_provinces(client: Client, stage: Stage, far: Stage, nation: Region) -> None:
    round = of_all(nation, stage, far)
    person = make_user("nation", [(Role.REVIEWER, nation)])
    context = seen(client, person, round=round.pk).context
    assert context["totals"] == overview.totals(person, round, TODAY)
    assert context["totals"].submitted == context["awaiting"] == 2
    assert [row["count"] for row in context["worst"]] == [2, 2]
    # The same average shares a rank, and the order is that of the codes.
    assert [(row.region.code[:2], row.rank) for row in context["standings"]] == [("41", 1), ("51", 1)]


def test_what_waits_is_counted_in_every_round_and_in_ones_own_regions(
    client: Client, stage: Stage, far: Stage, province: User
) -> None:
    late = in_state(stage, "acknowledged")
    actions.object_to(finding=late, reason="当天就有", by=stage.cast["township_staff"], now=NOW)
    late.refresh_from_db()
    assert late.due_on < TODAY
    in_state(far, "reported")
    over = wide.watch(wide.watched(province))
    assert wide.waiting(province, over, TODAY) == {"to_handle": 1, "overdue": 1, "outdated": 0}
    assert wide.waiting(province, over, late.due_on)["overdue"] == 0
    assert "待办理 1 件" in seen(client, province).content.decode()
    reviewer = make_user("reviewer41", [(Role.REVIEWER, Region.objects.get(code="410000000000"))])
    assert wide.waiting(reviewer, over, TODAY)["to_handle"] == 0


def test_drafts_and_documents_that_a_correction_overtook_wait(
    client: Client, stage: Stage, far: Stage, province: User, quick_pdf: Any
) -> None:
    one = issued(stage, submitted(stage, 0, **SHORT))
    drafted(stage, submitted(stage, 1, **SHORT))
    finding = Finding.objects.get(inspection=one.inspection, item__code="yes")
    staff, county = stage.cast["township_staff"], stage.cast["administrator"]
    reporting.acknowledge(document=one, person="马会玲", by=staff, now=NOW)
    finding.refresh_from_db()
    asked = actions.object_to(finding=finding, reason="当天就有", by=staff, now=NOW)
    reporting.correct_score(request=asked, given=Given(True), words="经核实", by=county, now=later(1))
    behind = list(overview.outdated(province))
    context = seen(client, province).context
    assert (context["awaiting"], context["drafts_below"]) == (0, 1)
    assert context["outdated"] == len(behind) == 1
    assert wide.waiting(far.cast["administrator"], wide.watch([far.county.region]), TODAY)["outdated"] == 0


def test_notice_is_awaited_until_one_stands_and_again_once_it_is_withdrawn(
    client: Client, stage: Stage, far: Stage, province: User, quick_pdf: Any
) -> None:
    """The two parts in which they are found are together what a county counts."""
    submitted(far, 0, **SHORT)
    first, second = (issued(stage, submitted(stage, place, **SHORT)) for place in (0, 1))

    def awaited() -> int:
        count = seen(client, province, round=stage.round.pk).context["awaiting"]
        assert count == overview.awaiting_notice(province, stage.round).count()
        return int(count)

    assert awaited() == 0
    staff, signatory = stage.cast["township_staff"], stage.cast["signatory"]
    reporting.acknowledge(document=first, person="马会玲", by=staff, now=NOW)
    for finding in Finding.objects.filter(inspection=first.inspection):
        actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
    for document in (first, second):
        reporting.withdraw(document=document, words="对象有误", by=signatory, now=NOW)
    # Those of the first are being repaired and stay so, those of the second are as they were found.
    states = Finding.objects.filter(round=stage.round).order_by("inspection__region_id")
    assert list(states.values_list("state", flat=True)) == ["in_repair"] * 2 + ["found"] * 2
    assert awaited() == 2
    drafted(stage, first.inspection)
    assert awaited() == 1


def test_count_that_was_cut_off_says_that_there_are_more(
    client: Client, stage: Stage, province: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.listing.MOST", 1)
    submitted(stage, 0, **SHORT)
    assert "1 份整改通知待起草" in seen(client, province).content.decode()
    submitted(stage, 1, **SHORT)
    said = seen(client, province)
    assert isinstance(said.context["awaiting"], Cut)
    assert "1+ 份整改通知待起草" in said.content.decode()
    client.cookies["django_language"] = "en"
    assert "1+ " in seen(client, province).content.decode()
    assert (str(Cut(5_000)), f"{Cut(5_000)}") == ("5,000+", "5,000+")


def test_several_regions_are_listed_by_themselves(client: Client, stage: Stage, far: Stage) -> None:
    """Whoever watches a province and a county elsewhere loses neither; what lies inside counts once."""
    submitted(far, 0, **SHORT)
    roles = [
        (Role.REVIEWER, far.county.region),
        (Role.ADMINISTRATOR, Region.objects.get(code="410000000000")),
        (Role.SIGNATORY, stage.county.region),
    ]
    person = make_user("several", roles)
    assert [region.code[:6] for region in wide.watched(person)] == ["410000", "510121"]
    context = seen(client, person).context
    assert set(context["rounds"]) == {stage.round, far.round}
    context = seen(client, person, round=far.round.pk).context
    assert context["totals"] == overview.totals(person, far.round, TODAY)
    assert [row.region for row in context["standings"]] == [far.county.region]


def test_county_and_city_count_their_rows_as_before(client: Client, stage: Stage) -> None:
    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4105"))])
    for person in (city, stage.cast["administrator"], stage.cast["inspector"]):
        assert wide.watched(person) == []
    said = seen(client, city)
    assert "各乡镇" in said.content.decode()
    assert [row.region.name for row in said.context["standings"]] == ["城关镇", "菜园镇"]


def test_province_without_an_inspection_says_what_comes_first(client: Client, db: None) -> None:
    make_county("510121", townships=1)
    person = make_user("empty", [(Role.ADMINISTRATOR, Region.objects.get(code="510000000000"))])
    said = seen(client, person)
    assert said.context["round"] is None
    assert reverse("inspections:round-list") in said.content.decode()


@pytest.mark.parametrize("centers", [1, 3, 60])
def test_wide_home_costs_the_same_for_any_number_of_centers(
    client: Client, django_assert_num_queries: Any, centers: int
) -> None:
    townships = min(centers, 3)
    stage = small_stage(townships=townships, villages=centers // townships, kinds=("village",))
    for place in range(centers if centers < 10 else 4):
        submitted(stage, place, yes=Given(False), zones=Given(["guide", "wait"]))
    person = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])
    client.force_login(person)
    client.get("/county/")
    with django_assert_num_queries(26):
        said = client.get("/county/")
    assert said.context["totals"].inspections == centers


def test_the_three_who_watch_a_province_may_open_its_home(client: Client, stage: Stage) -> None:
    place = Region.objects.get(code="410000000000")
    submitted(stage, 0, **SHORT)
    for role in (Role.REVIEWER, Role.SIGNATORY):
        said = seen(client, make_user(f"{role}41", [(role, place)]))
        assert said.context["totals"].submitted == 1
        assert f'href="{reverse("inspections:round", args=[stage.round.pk])}' not in said.content.decode()
    inspector = make_user("inspector41", [(Role.INSPECTOR, place)])
    client.force_login(inspector)
    assert client.get("/county/").status_code == 403
