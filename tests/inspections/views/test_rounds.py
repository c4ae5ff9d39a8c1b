"""Pages of rounds: the list, a new one, and one round with its centers and inspectors."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Inspection, Round
from organization.models import Role
from standards.actions import import_standard
from tests.factories import make_user
from tests.small_stage import Stage, answer, small_stage, submitted
from tests.small_standards import plain_item, standard
from tests.stage import make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def fields(stage: Stage, **changes: Any) -> dict[str, Any]:
    return {
        "name": "2027年上半年县级检查",
        "kind": "county",
        "region": stage.county.region.pk,
        "edition": stage.edition.pk,
        "starts_on": "2027-03-01",
        "ends_on": "2027-04-30",
        "plan_number": "汤督查〔2027〕1号",
    } | changes


def post(client: Client, stage: Stage, name: str, data: dict[str, Any]) -> Any:
    return client.post(reverse(f"inspections:{name}", args=[stage.round.pk]), data)


# ---- the list and a new one


def test_list_shows_the_own_countys_rounds_with_progress(client: Client, stage: Stage, other: Stage) -> None:
    submitted(stage)
    client.force_login(stage.cast["administrator"])
    (row,) = client.get("/rounds/").context["page"]
    assert (row.pk, row.inspection_count, row.submitted_count) == (stage.round.pk, 2, 1)


@pytest.mark.parametrize("rounds", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    administrator: Client, stage: Stage, django_assert_num_queries: Any, rounds: int
) -> None:
    for number in range(1, rounds):
        make_round(stage.county, stage.edition, stage.cast["administrator"], f"第{number}轮")
    with django_assert_num_queries(5):
        assert len(administrator.get("/rounds/").context["page"].object_list) == rounds


def test_new_round_leads_to_its_page(administrator: Client, stage: Stage) -> None:
    said = administrator.post("/rounds/new/", fields(stage))
    round = Round.objects.get(name="2027年上半年县级检查")
    assert said["Location"] == reverse("inspections:round", args=[round.pk])
    assert round.created_by == stage.cast["administrator"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "长" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "2026年第四季度县级检查"}, "name"),
        ({"plan_number": ""}, "plan_number"),
        ({"kind": "surprise"}, "kind"),
        ({"ends_on": "2027-02-28"}, "ends_on"),
        ({"starts_on": "31.2.2027"}, "starts_on"),
        ({"region": "410526000000"}, "region"),
        ({"region": "x"}, "region"),
        ({"edition": "999999"}, "edition"),
    ],
)
def test_round_that_cannot_be_is_refused_beside_its_field(
    client: Client, stage: Stage, other: Stage, changes: dict[str, Any], field: str
) -> None:
    client.force_login(stage.cast["administrator"])
    said = client.post("/rounds/new/", fields(stage, **changes))
    assert said.status_code in (200, 400)
    assert list(said.context["form"].errors) == [field]
    assert Round.objects.count() == 2


def test_draft_of_a_standard_is_not_offered(administrator: Client, stage: Stage) -> None:
    draft = import_standard(standard(plain_item(), edition="2027"), publish=False)
    form = administrator.get("/rounds/new/").context["form"]
    assert set(form.fields["edition"].queryset) == {stage.edition}
    said = administrator.post("/rounds/new/", fields(stage, edition=draft.pk))
    assert list(said.context["form"].errors) == ["edition"]


def test_regions_offered_are_the_own_ones_down_to_townships(client: Client, other: Stage) -> None:
    stage = small_stage(villages=1)
    client.force_login(stage.cast["administrator"])
    offered = client.get("/rounds/new/").context["form"].fields["region"].queryset
    assert [region.code for region in offered] == ["410523000000", "410523100000", "410523101000"]


# ---- one round


def test_round_page_counts_and_filters_its_centers(client: Client, db: None) -> None:
    stage = small_stage(townships=3)
    submitted(stage, 0)
    answer(stage.inspections[1], stage.cast["inspector"], yes=None)
    Inspection.objects.filter(pk=stage.inspections[2].pk).update(lead=None)
    client.force_login(stage.cast["administrator"])
    url = reverse("inspections:round", args=[stage.round.pk])

    def shown(state: str) -> list[Any]:
        return [row.pk for row in client.get(url, {"state": state}).context["page"]]

    keys = [inspection.pk for inspection in stage.inspections]
    totals = client.get(url).context["totals"]
    assert totals == {"all": 3, "to_begin": 1, "submitted": 1, "in_progress": 1, "unassigned": 1}
    assert shown("") == shown("nonsense") == keys
    assert (shown("submitted"), shown("in_progress")) == (keys[:1], keys[1:2])
    assert shown("to_begin") == shown("unassigned") == keys[2:]


@pytest.mark.parametrize("townships", [1, 3])
def test_round_page_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    client.force_login(stage.cast["administrator"])
    url = reverse("inspections:round", args=[stage.round.pk])
    with django_assert_num_queries(13):
        assert len(client.get(url).context["page"].object_list) == townships


def test_centers_are_taken_in_from_the_page(client: Client, db: None) -> None:
    stage = small_stage(villages=2)
    client.force_login(stage.cast["administrator"])
    data = {"region": stage.county.townships[0].pk, "kinds": ["village", "township"]}
    assert post(client, stage, "round-centers", data).status_code == 302
    assert stage.round.inspections.count() == 4
    said = client.post(reverse("inspections:round-centers", args=[stage.round.pk]), data, follow=True)
    assert "没有新加入的" in said.content.decode()


@pytest.mark.parametrize(
    "changes", [{"region": "410526000000"}, {"region": ""}, {"kinds": []}, {"kinds": ["castle"]}]
)
def test_centers_that_cannot_be_are_refused(
    client: Client, stage: Stage, other: Stage, changes: dict[str, Any]
) -> None:
    client.force_login(stage.cast["administrator"])
    data = {"region": stage.county.region.pk, "kinds": ["village"]} | changes
    said = post(client, stage, "round-centers", data)
    assert said.status_code == 400
    assert said.context["centers_form"].errors
    assert Inspection.objects.count() == 4


def test_ticked_centers_are_taken_out(administrator: Client, stage: Stage, other: Stage) -> None:
    first, second = stage.inspections
    url = reverse("inspections:round-take-out", args=[stage.round.pk])
    page = administrator.get(reverse("inspections:round", args=[stage.round.pk])).content.decode()
    assert f'formaction="{url}"' in page
    # Of the form's other fields none matters, nor does a center of another round.
    ticked = [first.pk, other.inspections[0].pk, "x"]
    said = administrator.post(f"{url}?state=to_begin", {"inspection": ticked, "region": "", "lead": ""})
    assert said["Location"] == reverse("inspections:round", args=[stage.round.pk]) + "?state=to_begin"
    assert set(Inspection.objects.all()) == {second, *other.inspections}
    assert "已将1个中心移出本轮" in administrator.get(said["Location"]).content.decode()


def test_nothing_ticked_and_begun_are_told(administrator: Client, stage: Stage) -> None:
    url = reverse("inspections:round-take-out", args=[stage.round.pk])
    assert "请先在表中勾选" in administrator.post(url, {}, follow=True).content.decode()
    answer(stage.inspections[0], stage.cast["inspector"], yes=None)
    said = administrator.post(url, {"inspection": [stage.inspections[0].pk]}, follow=True).content.decode()
    assert "已经开始检查，不能移出本轮" in said
    submitted(stage, 1)
    page = administrator.get(reverse("inspections:round", args=[stage.round.pk])).content.decode()
    assert url not in page
    assert stage.round.inspections.count() == 2


def test_ticked_centers_are_assigned(administrator: Client, stage: Stage) -> None:
    lead = make_user("new-lead", [(Role.LEAD_INSPECTOR, stage.county.region)])
    data = {
        "inspection": [stage.inspections[1].pk],
        "lead": lead.pk,
        "people": [stage.cast["inspector"].pk],
        "region": "",
    }
    assert post(administrator, stage, "round-assign", data).status_code == 302
    first, second = Inspection.objects.order_by("region_id")
    assert (first.lead, second.lead) == (stage.cast["lead_inspector"], lead)
    assert {person.username for person in second.inspectors.all()} == {"new-lead", "inspector"}


def test_a_place_is_assigned_but_for_what_is_submitted(client: Client, db: None) -> None:
    stage = small_stage(townships=2, villages=1, kinds=("township", "village"))
    submitted_one = submitted(stage, 0)
    lead = make_user("new-lead", [(Role.LEAD_INSPECTOR, stage.county.region)])
    client.force_login(stage.cast["administrator"])
    data = {"region": stage.county.townships[0].pk, "lead": lead.pk}
    assert post(client, stage, "round-assign", data).status_code == 302
    given = Inspection.objects.filter(lead=lead)
    assert [row.region_id for row in given] == [stage.county.villages[0].code]
    assert Inspection.objects.get(pk=submitted_one.pk).lead == stage.cast["lead_inspector"]


@pytest.mark.parametrize(
    "what",
    [
        "nobody", "elsewhere", "wrong role", "nothing ticked", "foreign key", "garbage", "huge person",
        "huge lead", "huge region", "no person",
    ],
)  # fmt: skip
def test_assignment_that_cannot_be_is_refused(client: Client, stage: Stage, other: Stage, what: str) -> None:
    client.force_login(stage.cast["administrator"])
    good = {"inspection": [stage.inspections[0].pk], "lead": stage.cast["lead_inspector"].pk, "region": ""}
    changes: dict[str, dict[str, Any]] = {
        "nobody": {"lead": ""},
        "elsewhere": {"lead": other.cast["lead_inspector"].pk},
        "wrong role": {"lead": stage.cast["inspector"].pk},
        "nothing ticked": {"inspection": []},
        "foreign key": {"inspection": [other.inspections[0].pk]},
        "huge person": {"people": ["9" * 30]},
        "huge lead": {"lead": "9" * 30},
        "huge region": {"region": "9" * 30},
        "no person": {"people": ["x", "\x00"]},
        "garbage": {"inspection": ["x", "' OR 1=1", "\x00"]},
    }
    Inspection.objects.update(lead=None)
    said = post(client, stage, "round-assign", good | changes[what])
    assert said.status_code == 400
    assert said.context["assign_form"].errors
    assert not Inspection.objects.exclude(lead=None).exists()


def test_people_offered_are_those_who_may(client: Client, stage: Stage, other: Stage) -> None:
    make_user("gone", [(Role.LEAD_INSPECTOR, stage.county.region)], is_active=False)
    make_user("near", [(Role.LEAD_INSPECTOR, stage.county.townships[0])])
    client.force_login(stage.cast["administrator"])
    form = client.get(reverse("inspections:round", args=[stage.round.pk])).context["assign_form"]
    assert {user.username for user in form.fields["lead"].queryset} == {"lead_inspector", "near"}
    assert {user.username for user in form.fields["people"].queryset} == {
        "lead_inspector",
        "inspector",
        "near",
    }


# ---- a self-check before it


def test_self_check_is_asked_for_from_the_rounds_page(administrator: Client, stage: Stage) -> None:
    page = administrator.get(reverse("inspections:round", args=[stage.round.pk]))
    assert page.context["self_check"] is None
    said = post(administrator, stage, "round-self-check", {"ends_on": "2999-01-02"})
    asked = Round.objects.get(kind="self_check")
    assert said.headers["Location"] == reverse("inspections:round", args=[asked.pk])
    shown = administrator.get(reverse("inspections:round", args=[stage.round.pk]))
    assert (shown.context["self_check"], shown.context["self_check"].inspection_count) == (asked, 2)
    assert "补请自查" in shown.content.decode()
    # A self-check is preceded by none.
    own = administrator.get(reverse("inspections:round", args=[asked.pk])).content.decode()
    assert "round-self-check" not in own
    assert "请乡镇自查" not in own


@pytest.mark.parametrize("ends_on", ["", "昨天", "2020-01-01"])
def test_self_check_without_a_day_ahead_is_sent_back(
    administrator: Client, stage: Stage, ends_on: str
) -> None:
    assert post(administrator, stage, "round-self-check", {"ends_on": ends_on}).status_code == 400
    assert not Round.objects.filter(kind="self_check").exists()
