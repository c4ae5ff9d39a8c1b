"""Re-inspection: a short form of exactly the open items, filled like any other, and what comes of it."""

import io
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from inspections import actions, querysets
from inspections.answers import Given, check
from inspections.checklist import checklist, checklist_of
from inspections.form_page import page_context
from inspections.loading import previous_items
from inspections.merging import Mutation
from inspections.models import Finding, Inspection, Message, Request, Round
from inspections.state import build
from inspections.workflow import OPEN
from organization.models import Role, User
from organization.problems import NotAllowed, Problem
from reports import actions as reporting
from reports.actions.recounting import rebuild_summaries
from tests.repairs import REPLY, add_photo
from tests.small_stage import GOOD, NOW, Stage, jpeg, later, submit_by, submitted
from tests.stage import make_round

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False), "choice": Given("not_met"), "area": Given("75"), "zones": Given(["guide"])}
ENDS = date(2026, 12, 31)


def followed(stage: Stage, place: int = 0) -> Inspection:
    """A submitted inspection with a finding closed, one reported, one in repair, one only acknowledged."""
    inspection = submitted(stage, place, **SHORT)
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=None, now=NOW)
    staff = stage.cast["township_staff"]
    for code in ("yes", "choice"):
        finding = inspection.findings.get(item__code=code)
        actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
        add_photo(finding, staff)
        actions.report(finding=finding, by=staff, now=NOW)
    closed = inspection.findings.get(item__code="yes")
    actions.review(findings=[closed], move_name="close", words={}, by=stage.cast["administrator"], now=NOW)
    in_repair = inspection.findings.get(item__code="area")
    actions.save_reply(finding=in_repair, fields=REPLY, by=staff, now=NOW)
    return inspection


def order(stage: Stage, inspection: Inspection, by: User | None = None, **more: Any) -> Inspection:
    given = {
        "people": [stage.cast["inspector"]],
        "lead": stage.cast["lead_inspector"],
        "ends_on": ENDS,
    } | more
    return actions.order_reinspection(
        inspection=inspection, **given, by=by or stage.cast["administrator"], now=later(1)
    )


def fill(again: Inspection, by: User, **given: Given) -> None:
    items = checklist_of(again)
    checked = {items.by_code[c]: check(one, items.by_code[c].item, again.kind) for c, one in given.items()}
    actions.save_answers(inspection=again, checked=checked, by=by, now=later(2))


def states(inspection: Inspection) -> dict[str, str]:
    return dict(inspection.findings.values_list("item__code", "state"))


def test_form_holds_exactly_the_open_items(stage: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    assert [entry.item.code for entry in checklist_of(again).entries] == ["choice", "area", "zones"]
    assert (again.reinspects, again.round.kind, again.state) == (inspection, "reinspection", "to_begin")
    assert again.round.name == f"{inspection.round.name}·第1次复查"
    assert again.is_assigned_to(stage.cast["inspector"])
    # What was reported waits for it; what is still with the township keeps its time.
    assert states(inspection) == {
        "yes": "closed", "choice": "to_reinspect", "area": "in_repair", "zones": "acknowledged",
    }  # fmt: skip
    context = page_context(again)
    assert context["progress"].total == 3
    assert [card.count("data-item=") for section in context["sections"] for card in section.cards] == [1] * 3
    whole = checklist(again.edition_id, again.kind)
    assert [checklist_of(again).by_pk[pk].number for pk in again.items] == [
        whole.by_pk[pk].number for pk in again.items
    ]


def test_it_is_filled_by_devices_as_any_other_and_shows_the_old_photo(stage: Stage) -> None:
    inspector = stage.cast["inspector"]
    old = actions.add_photo(
        inspection=stage.inspections[0], code="area", upload=io.BytesIO(jpeg()), size=len(jpeg()),
        by=inspector, now=NOW,
    )  # fmt: skip
    again = order(stage, followed(stage))
    assert previous_items(again)["area"]["photos"][0]["id"] == str(old.pk)
    told = build(inspection=again, person=inspector, since=None, now=later(2))
    assert (told["total"], told["answered"]) == (3, 0)
    assert told["previous"]["area"]["photos"][0]["id"] == str(old.pk)
    mutation = Mutation(uuid.uuid4(), "area", 0, None, Given("160"), later(2))
    synced = actions.sync(
        inspection=again, mutations=[mutation], cursor=None, device=uuid.uuid4(), by=inspector, now=later(2)
    )
    assert [result.outcome.value for result in synced.results] == ["applied"]


def test_submitting_settles_every_finding_in_one_step_and_leaves_the_score(stage: Stage) -> None:
    inspection = followed(stage)
    inspection.refresh_from_db()
    before = (inspection.score, inspection.grade, inspection.snapshot)
    again = order(stage, inspection)
    inspector, lead = stage.cast["inspector"], stage.cast["lead_inspector"]
    fill(again, inspector, choice=Given("met"), area=Given("100", note="仍差50平方米"))
    with pytest.raises(Problem, match="还有1项"):
        submit_by(again, lead, later(3))
    fill(again, inspector, zones=Given(na=True, reason="已并入县中心"))
    submit_by(again, lead, later(3))
    assert states(inspection) == {
        "yes": "closed", "choice": "closed", "area": "in_repair", "zones": "closed",
    }  # fmt: skip
    events = {f.item.code: f.events.last() for f in inspection.findings.select_related("item")}
    assert [events[code].move for code in ("choice", "area", "zones")] == ["pass", "fail", "pass"]
    assert (events["area"].words, events["area"].by) == ("仍差50平方米", lead)
    inspection.refresh_from_db()
    assert (inspection.score, inspection.grade, inspection.snapshot) == before
    assert (again.score, again.grade, again.snapshot["score"]) == (None, "", None)
    assert [item["code"] for item in again.snapshot["items"]] == ["choice", "area", "zones"]
    assert not Finding.objects.filter(inspection=again).exists()
    told = Message.objects.filter(person=stage.cast["township_staff"], kind="reinspected")
    assert told.get().detail["passed"] == 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_was_seen_is_recorded_in_chinese_whatever_the_lead_reads(stage: Stage, language: str) -> None:
    """An opinion in Chinese is drafted from these words."""
    inspection = followed(stage)
    again = order(stage, inspection)
    inspector, seen = stage.cast["inspector"], Given(na=True, reason="已并入县中心")
    fill(again, inspector, zones=seen, area=Given("100"), choice=Given("met"))
    with override(language):
        submit_by(again, stage.cast["lead_inspector"], later(3))
    said = {f.item.code: f.events.last().words for f in inspection.findings.select_related("item")}
    assert (said["zones"], said["choice"]) == ("不适用：已并入县中心", "合格")
    assert said["area"] == "100 平方米"


def test_second_re_inspection_has_what_is_left(stage: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    with pytest.raises(NotAllowed, match="已经安排了复查"):
        order(stage, inspection)
    fill(again, stage.cast["inspector"], choice=Given("met"), area=Given("100"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    second = order(stage, inspection)
    assert [entry.item.code for entry in checklist_of(second).entries] == ["area", "zones"]
    assert second.round.name.endswith("·第2次复查")


def test_centers_share_the_round_of_their_first_re_inspection(stage: Stage) -> None:
    neighbor = submitted(stage, 1, yes=Given(False))
    actions.notify_findings(inspection=neighbor, by=None, now=NOW)
    actions.acknowledge_findings(inspection=neighbor, by=None, now=NOW)
    first, second = order(stage, followed(stage)), order(stage, neighbor)
    assert first.round == second.round
    assert Round.objects.filter(kind="reinspection").count() == 1


def test_finding_that_was_closed_meanwhile_stays_closed(stage: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    choice = inspection.findings.get(item__code="choice")
    actions.review(findings=[choice], move_name="close", words={}, by=stage.cast["administrator"], now=NOW)
    fill(again, stage.cast["inspector"], choice=Given("not_met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    assert states(inspection)["choice"] == "closed"


def test_nothing_open_nothing_to_look_at(stage: Stage) -> None:
    fine = submitted(stage, 1)
    with pytest.raises(Problem, match="没有可以复查"):
        order(stage, fine)
    with pytest.raises(Problem, match="不能早于今天"):
        order(stage, followed(stage), ends_on=date(2026, 1, 1))
    assert not Inspection.objects.exclude(reinspects=None).exists()


def test_it_is_no_result_of_a_round_and_gets_no_notice(stage: Stage) -> None:
    inspection = followed(stage)
    again = order(stage, inspection)
    fill(again, stage.cast["inspector"], choice=Given("not_met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    admin = stage.cast["administrator"]
    assert list(Inspection.objects.submitted().whole()) == [inspection]
    assert list(rebuild_summaries(fix=False)) == []
    with pytest.raises(Problem, match="不另发整改通知"):
        reporting.draft_notice(inspection=again, by=admin, now=NOW)
    with pytest.raises(NotAllowed):
        order(stage, again)


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_nobody_else_orders_one(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        order(stage, followed(stage), by=stage.cast[role])


def test_neighbors_order_none_and_inspect_none(stage: Stage, other: Stage) -> None:
    inspection = followed(stage)
    with pytest.raises(NotAllowed):
        order(stage, inspection, by=other.cast["administrator"])
    with pytest.raises(Problem, match="不能参加"):
        order(stage, inspection, people=[other.cast["inspector"]])
    again = order(stage, inspection)
    assert not Inspection.objects.visible_to(other.cast["administrator"]).filter(pk=again.pk).exists()


def test_what_it_is_about_never_changes(stage: Stage) -> None:
    again = order(stage, followed(stage))
    for change in ({"items": []}, {"reinspects": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Inspection.objects.filter(pk=again.pk).update(**change)


def test_a_round_of_that_name_that_is_no_reinspection_is_left_alone(stage: Stage) -> None:
    inspection = followed(stage)
    name = f"{inspection.round.name}·第1次复查"
    taken = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    again = order(stage, inspection)
    assert (again.round.name, again.round.kind) == (f"{inspection.round.name}·第2次复查", "reinspection")
    assert not taken.inspections.exists()


def test_county_looks_again_after_a_round_of_the_city(stage: Stage) -> None:
    inspection = followed(stage)
    city = stage.county.region.parent
    Round.objects.filter(pk=inspection.round_id).update(kind=Round.Kind.SPOT_CHECK, region=city)
    again = order(stage, Inspection.objects.get(pk=inspection.pk))
    assert again.round.region == stage.county.region


@pytest.mark.parametrize("open_items", [1, 3])
def test_findings_are_settled_without_reading_the_inspection_for_each(stage: Stage, open_items: int) -> None:
    inspection = followed(stage)
    wanted = [finding.pk for finding in actions.open_findings_of(inspection).order_by("pk")][:open_items]
    rest = Finding.objects.filter(inspection=inspection).exclude(pk__in=wanted)
    actions.review(
        findings=list(rest.filter(state__in=OPEN)), move_name="withdraw",
        words=dict.fromkeys(rest.values_list("pk", flat=True), "撤销"),
        by=stage.cast["administrator"], now=NOW,
    )  # fmt: skip
    again = order(stage, inspection)
    fill(again, stage.cast["inspector"], **{code: GOOD[code] for code in codes_of(again)})
    with CaptureQueriesContext(connection) as queries:
        submit_by(again, stage.cast["lead_inspector"], later(3))
    whole = [one["sql"] for one in queries if '"inspections_inspection"."snapshot"' in one["sql"]]
    assert sum(one.startswith("SELECT") for one in whole) == 2


def test_what_a_reinspection_closes_lets_extensions_lapse_and_objections_wait(stage: Stage) -> None:
    """Whoever was on the spot looked at the repair, not at what had been found before."""
    inspection = followed(stage)
    staff, county = stage.cast["township_staff"], stage.cast["administrator"]
    finding = inspection.findings.get(item__code="zones")
    until = date(2027, 1, 20)
    asked = actions.ask_extension(finding=finding, until=until, reason="未到货", by=staff, now=NOW)
    objection = actions.object_to(finding=finding, reason="现场有", by=staff, now=NOW)
    again = order(stage, inspection)
    fill(again, stage.cast["inspector"], **{code: GOOD[code] for code in codes_of(again)})
    submit_by(again, stage.cast["lead_inspector"], later(3))
    finding.refresh_from_db()
    asked.refresh_from_db()
    assert (finding.state, asked.state, asked.decided_at) == ("closed", "lapsed", later(3))
    assert asked.decided_by == stage.cast["lead_inspector"]
    assert list(Request.objects.to_decide_by(county)) == [objection]


def codes_of(again: Inspection) -> list[str]:
    return [entry.item.code for entry in checklist_of(again).entries]


@pytest.mark.parametrize("most", [querysets.MOST_IN_A_SET, -1])
def test_what_was_closed_is_listed_until_the_center_is_inspected_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A re-inspection looks at some items only, so that it puts no other finding out of the ledger."""
    # The last inspections as a set, and asked for one by one.
    monkeypatch.setattr(querysets, "MOST_IN_A_SET", most)
    inspection = followed(stage)
    again = order(stage, inspection)
    fill(again, stage.cast["inspector"], **{code: GOOD[code] for code in ("choice", "area", "zones")})
    submit_by(again, stage.cast["lead_inspector"], later(3))
    assert set(states(inspection).values()) == {"closed"}
    assert Finding.objects.latest(("410523",)).filter(inspection=inspection).count() == 4
    assert not Finding.objects.latest(("410526",)).exists()
