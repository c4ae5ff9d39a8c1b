"""Re-inspection from the page: ordered by the county, filled with and without script, told to both sides."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.models import Inspection, Round
from reports import actions as reporting
from reports import overview
from reports.models import OfficialDocument
from tests.inspections.actions.test_reinspecting import ENDS, fill, followed, later, order, states
from tests.inspections.devices import Device, mutation
from tests.small_stage import NOW, Given, Stage, answer, of, small_stage, submit_by
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def url(inspection: Inspection, name: str = "inspections:reinspect") -> str:
    return reverse(name, args=[inspection.pk])


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def fields(stage: Stage, **changes: Any) -> dict[str, Any]:
    given = {"lead": stage.cast["lead_inspector"].pk, "people": [stage.cast["inspector"].pk]}
    return given | {"ends_on": ENDS.isoformat()} | changes


def logged_in(stage: Stage, role: str) -> Client:
    client = Client()
    client.force_login(stage.cast[role])
    return client


def test_county_orders_it_from_a_finding(county: Client, stage: Stage) -> None:
    inspection = followed(stage)
    finding = inspection.findings.get(item__code="choice")
    assert f'href="{url(inspection)}"' in text(county, f"/findings/{finding.pk}/")
    page = text(county, url(inspection))
    assert "复查 3 个没有销号的问题" in page
    assert county.post(url(inspection), fields(stage)).status_code == 302
    again = Inspection.objects.get(reinspects=inspection)
    assert again.center.name in text(logged_in(stage, "inspector"), "/tasks/")
    assert "/3</span>" in text(logged_in(stage, "inspector"), "/tasks/") or again.state == "to_begin"


def test_second_press_of_the_button_is_led_to_what_is_ordered(county: Client, stage: Stage) -> None:
    inspection = followed(stage)
    county.post(url(inspection), fields(stage))
    again = Inspection.objects.get(reinspects=inspection)
    for said in (
        county.post(url(inspection), fields(stage), follow=True),
        county.get(url(inspection), follow=True),
    ):
        assert said.redirect_chain == [(f"/rounds/{again.round_id}/", 302)]
        assert "已经安排了复查" in said.content.decode()
    assert Inspection.objects.filter(reinspects=inspection).count() == 1
    for role in ("reviewer", "signatory", "township_staff"):
        assert logged_in(stage, role).post(url(inspection), fields(stage)).status_code == 403


def test_who_is_ordered_before_in_the_same_moment_is_led_there_too(
    county: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection = followed(stage)
    order = actions.order_reinspection

    def overtaken(**told: Any) -> Inspection:
        """A colleague is faster by a moment."""
        order(**told)
        return order(**told)

    monkeypatch.setattr("inspections.views.reinspecting.actions.order_reinspection", overtaken)
    assert county.post(url(inspection), fields(stage)).status_code == 302
    assert Inspection.objects.filter(reinspects=inspection).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"lead": ""}, "不能为空"), ({"ends_on": "2020-01-01"}, "不能早于今天"), ({"people": ["x"]}, "x")],
)
def test_fault_is_told_and_nothing_ordered(
    county: Client, stage: Stage, changes: dict[str, Any], said: str
) -> None:
    inspection = followed(stage)
    response = county.post(url(inspection), fields(stage, **changes))
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not Inspection.objects.exclude(reinspects=None).exists()
    assert states(inspection)["choice"] == "reported"


def test_it_is_filled_without_script_checked_and_submitted(stage: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    lead = logged_in(stage, "lead_inspector")
    form = text(lead, url(again, "inspections:form"))
    assert form.count("data-item=") == 3
    assert "0</b>/3" in form
    save = reverse("inspections:section-save", args=[again.pk, "one"])
    sent = {"i2-value": "met", "i3-value": "100", "i3-note": "仍差", "i4-value": ["guide", "wait", "office"]}
    assert lead.post(save, sent).status_code == 302
    check = lead.get(url(again, "inspections:check"))
    assert "合格的问题销号" in check.content.decode()
    submit = url(again, "reports:submit")
    done = lead.post(submit, {"digest": check.context["digest"]}, follow=True)
    assert done.redirect_chain == [(url(again, "reports:score"), 302)]
    # A re-inspection has no score.
    assert "已提交。复查结果如下" in done.content.decode()
    assert states(inspection) == {
        "yes": "closed", "choice": "closed", "area": "in_repair", "zones": "closed",
    }  # fmt: skip
    for role in ("lead_inspector", "administrator", "township_staff"):
        assert "复查 3 项，2 项合格" in text(logged_in(stage, role), url(again, "reports:score"))


def test_device_takes_it_along_and_is_refused_what_is_none_of_it(stage: Stage) -> None:
    again = order(stage, followed(stage))
    device = Device(stage.cast["inspector"], again)
    assert device.outcomes(mutation("area", "160")) == [("applied", 1)]
    assert device.try_sync(mutation("yes", True)).status_code == 400
    shell = text(logged_in(stage, "inspector"), url(again, "inspections:offline"))
    assert shell.count("data-item=") == 3
    paper = text(logged_in(stage, "inspector"), url(again, "inspections:paper"))
    assert "检查项area" in paper
    assert "检查项yes" not in paper


def test_homes_and_rankings_go_by_the_inspection_itself(county: Client, stage: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    fill(again, stage.cast["inspector"], choice=Given("met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    township = logged_in(stage, "township_staff")
    (center,) = township.get("/our-centers/").context["centers"]
    assert center.latest == inspection
    context = county.get("/county/").context
    assert context["round"] == stage.round
    assert [row.name for row in context["rounds"]] == [stage.round.name]
    assert county.get("/documents/").context["waiting_count"] == 1
    # What is open is that of the inspection, also after a later re-inspection.
    assert {row.item.code for row in township.get("/our-centers/").context["findings"]} == {"zones"}


def test_nobody_elses_is_found(stage: Stage, other: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    for person in other.cast.values():
        client = Client()
        client.force_login(person)
        for row in (inspection, again):
            assert client.get(url(row)).status_code == 404
            assert client.get(url(row, "reports:score")).status_code == 404
        assert client.post(url(inspection), fields(stage)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_for_any_number_of_items(
    county: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    inspection = followed(stage)
    left = list(actions.open_findings_of(inspection).order_by("pk"))
    for finding in left[count:]:
        actions.review(
            findings=[finding], move_name="withdraw", words={finding.pk: "重复"},
            by=stage.cast["administrator"], now=later(1),
        )  # fmt: skip
    with django_assert_num_queries(12):
        assert len(county.get(url(inspection)).context["findings"]) == count
    again = order(stage, inspection)
    given = {"choice": Given("met"), "area": Given("160"), "zones": Given(["guide"])}
    codes = {finding.item.code for finding in left[:count]}
    fill(again, stage.cast["inspector"], **{code: one for code, one in given.items() if code in codes})
    submit_by(again, stage.cast["lead_inspector"], later(3))
    with django_assert_num_queries(13):
        assert len(county.get(url(again, "reports:score")).context["items"]) == count


def test_after_a_round_of_the_city_only_the_countys_people_are_offered(county: Client, stage: Stage) -> None:
    inspection = followed(stage)
    city = stage.county.region.parent
    Round.objects.filter(pk=inspection.round_id).update(kind=Round.Kind.SPOT_CHECK, region=city)
    elsewhere = small_stage(other=True).cast["lead_inspector"]
    assert elsewhere.name not in text(county, url(inspection)).replace(stage.cast["lead_inspector"].name, "")
    assert f'value="{elsewhere.pk}"' not in text(county, url(inspection))
    assert county.post(url(inspection), fields(stage)).status_code == 302


def test_comparison_of_a_reinspection_shows_it_alone(county: Client, stage: Stage) -> None:
    again = order(stage, followed(stage))
    fill(again, stage.cast["inspector"], choice=Given("met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    assert "复查" in text(county, url(again, "reports:comparison"))


def test_opinion_is_about_the_notice_of_the_inspection_that_was_looked_at_again(stage: Stage) -> None:
    inspection = followed(stage)
    cast = stage.cast
    first = reporting.draft_notice(inspection=inspection, by=cast["administrator"], now=NOW)
    reporting.issue_document(document=first, by=cast["signatory"], now=NOW)
    name = "2026年第二轮"
    round = make_round(stage.county, stage.edition, cast["administrator"], name)
    take_in(round, cast, ("township",))
    between = of(round)[0]
    answer(between, cast["inspector"], yes=Given(False))
    submit_by(between, cast["lead_inspector"], later(1))
    second = reporting.draft_notice(inspection=between, by=cast["administrator"], now=later(1))
    reporting.issue_document(document=second, by=cast["signatory"], now=later(1))
    again = order(stage, inspection)
    fill(again, cast["inspector"], choice=Given("met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, cast["lead_inspector"], later(3))
    again.refresh_from_db()
    assert list(OfficialDocument.objects.looked_at_again_by(again)) == [first]
    assert again in list(overview.awaiting_opinion(cast["administrator"]))


def test_no_feedback_is_asked_for_a_reinspection(stage: Stage) -> None:
    again = order(stage, followed(stage))
    fill(again, stage.cast["inspector"], choice=Given("met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    response = logged_in(stage, "township_staff").get(url(again, "inspections:feedback"))
    assert response.status_code == 403
    assert "没有要反馈的整改通知" in response.content.decode()
