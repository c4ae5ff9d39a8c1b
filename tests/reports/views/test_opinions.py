"""The re-inspection opinion on its pages: who is offered it where, what it says, who reads it when."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding, Inspection
from organization.models import Role
from reports import actions, overview
from reports.document import Pairs
from reports.models import OfficialDocument
from tests.factories import make_user
from tests.inspections.actions.test_reinspecting import fill, order
from tests.repairs import REPLY
from tests.repairs import add_photo as add_evidence
from tests.reports.reinspections import reinspected
from tests.small_stage import (
    NOW,
    Stage,
    add_photo,
    answer,
    issued,
    jpeg,
    later,
    self_check,
    small_stage,
    submit_by,
    submitted,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_pdf")]
SHORT = {"yes": Given(False, note="门未开"), "zones": Given(["guide"])}


def noticed(stage: Stage, place: int = 0, *, reported: bool = True) -> OfficialDocument:
    """An issued notice; where `reported`, the township has reported its first finding."""
    row = issued(stage, submitted(stage, place, **SHORT))
    if reported:
        township = stage.county.townships[place]
        staff = make_user(f"staff-{township.code}", [(Role.TOWNSHIP_STAFF, township)])
        actions.acknowledge(document=row, person="王强", by=staff, now=NOW)
        finding = Finding.objects.filter(inspection=row.inspection).first()
        inspecting.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
        add_evidence(finding, staff)
        inspecting.report(finding=finding, by=staff, now=NOW)
    return row


def draft_url(inspection: Inspection) -> str:
    return reverse("reports:opinion-draft", args=[inspection.pk])


def score(client: Client, inspection: Inspection) -> str:
    said = client.get(reverse("reports:score", args=[inspection.pk]))
    assert said.status_code == 200
    return said.content.decode()


def test_reinspection_leads_to_an_opinion_that_the_township_reads_once_issued(
    client: Client, stage: Stage
) -> None:
    add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    notice = noticed(stage)
    again = reinspected(stage, photo=True, zones=Given(["guide", "wait"]))
    client.force_login(stage.cast["reviewer"])
    shown = score(client, again)
    assert draft_url(again) in shown
    assert f"这个中心收到过{notice.number_text}" in shown
    said = client.post(draft_url(again), follow=True)
    row = OfficialDocument.objects.get(kind="opinion")
    assert said.redirect_chain == [(reverse("reports:document", args=[row.pk]), 302)]
    content = actions.compose(row, number=None, dated=NOW.date())
    assert f"（{notice.number_text}）" in content.opening[0]
    assert "通知所列问题2项，经复查，已完成1项、部分完成1项" in content.opening[0]
    (pairs,) = content.annexes[0].blocks
    assert isinstance(pairs, Pairs)
    assert pairs.pairs[0].before
    assert pairs.pairs[0].after
    shown = score(client, again)
    assert reverse("reports:document", args=[row.pk]) in shown
    assert draft_url(again) not in shown
    client.force_login(stage.cast["township_staff"])
    assert "复查意见书" not in score(client, again)
    actions.issue_document(document=row, by=stage.cast["signatory"], now=later(11))
    assert reverse("reports:document", args=[row.pk]) in score(client, again)


def test_opinion_begun_twice_is_one(client: Client, stage: Stage) -> None:
    noticed(stage)
    again = reinspected(stage)
    client.force_login(stage.cast["administrator"])
    for _tap in range(2):
        client.post(draft_url(again))
    assert OfficialDocument.objects.filter(kind="opinion").count() == 1


def test_inspection_without_an_earlier_notice_offers_none_and_says_so(client: Client, stage: Stage) -> None:
    first = submitted(stage, **SHORT)
    client.force_login(stage.cast["administrator"])
    assert draft_url(first) not in score(client, first)
    said = client.post(draft_url(first), follow=True)
    assert "没有更早印发的整改通知" in said.content.decode()
    assert not OfficialDocument.objects.exists()


def test_withdrawn_opinion_may_be_drafted_again(client: Client, stage: Stage) -> None:
    noticed(stage)
    again = reinspected(stage)
    client.force_login(stage.cast["administrator"])
    client.post(draft_url(again))
    row = OfficialDocument.objects.get(kind="opinion")
    actions.issue_document(document=row, by=stage.cast["signatory"], now=later(11))
    actions.withdraw(document=row, words="结论有误", by=stage.cast["signatory"], now=later(12))
    assert draft_url(again) in score(client, again)


@pytest.mark.parametrize("role", ["signatory", "township_staff", "lead_inspector", "inspector"])
def test_opinion_is_drafted_by_the_offices_writers(client: Client, stage: Stage, role: str) -> None:
    noticed(stage)
    again = reinspected(stage)
    client.force_login(stage.cast[role])
    assert draft_url(again) not in score(client, again)
    assert client.post(draft_url(again)).status_code == 403
    assert not OfficialDocument.objects.filter(kind="opinion").exists()


def test_another_county_finds_nothing(client: Client, stage: Stage, other: Stage) -> None:
    noticed(stage)
    again = reinspected(stage)
    client.force_login(other.cast["administrator"])
    assert client.post(draft_url(again)).status_code == 404
    assert list(overview.awaiting_opinion(other.cast["administrator"])) == []


# ---- a re-inspection of what was open


def looked_at_again(stage: Stage) -> Inspection:
    """Of five findings one was closed before, one withdrawn; of three looked at two are right."""
    bad = {"yes": Given(False), "choice": Given("not_met"), "area": Given("75"), "zones": Given(["guide"])}
    bad["windows"] = Given({"total": "4", "compliant": "1"})
    row = issued(stage, submitted(stage, **bad))
    staff, by = stage.cast["township_staff"], stage.cast["administrator"]
    actions.acknowledge(document=row, person="王强", by=staff, now=NOW)
    closed, withdrawn = (row.inspection.findings.get(item__code=code) for code in ("yes", "windows"))
    inspecting.save_reply(finding=closed, fields=REPLY, by=staff, now=NOW)
    add_evidence(closed, staff)
    inspecting.report(finding=closed, by=staff, now=NOW)
    inspecting.review(findings=[closed], move_name="close", words={}, by=by, now=NOW)
    inspecting.review(
        findings=[withdrawn], move_name="withdraw", words={withdrawn.pk: "误判"}, by=by, now=NOW
    )
    again = order(stage, row.inspection)
    fill(
        again, stage.cast["inspector"],
        choice=Given("met"), area=Given("80"), zones=Given(None, na=True, reason="已并入县级大厅"),
    )  # fmt: skip
    return submit_by(again, stage.cast["lead_inspector"], later(3))


def test_opinion_of_a_reinspection_judges_what_was_open_alone(client: Client, stage: Stage) -> None:
    again = looked_at_again(stage)
    by = stage.cast["administrator"]
    assert list(overview.awaiting_opinion(by)) == [again]
    client.force_login(by)
    assert draft_url(again) in score(client, again)
    client.post(draft_url(again))
    row = OfficialDocument.objects.get(kind="opinion")
    content = actions.compose(row, number=None, dated=NOW.date())
    assert (
        "通知所列问题5项，其中1项经核实已撤销，其余4项，经复查，已完成2项、此前已销号1项、部分完成1项"
        in content.opening[0]
    )
    assert (
        content.parts[1]
        .passages[0]
        .text.startswith("复查意见：对已完成整改的2项问题，同意销号；其余1项问题尚未整改到位")
    )
    assert list(overview.awaiting_opinion(by)) == []


def test_opinion_of_a_reinspection_names_the_notice_of_its_own_inspection(stage: Stage) -> None:
    again = looked_at_again(stage)
    own = OfficialDocument.objects.demands().get()
    found = OfficialDocument.objects.looked_at_again_by(again)
    assert list(found) == [own]
    actions.withdraw(document=own, words="写错了", by=stage.cast["signatory"], now=later(11))
    assert list(found.all()) == []
    assert list(overview.awaiting_opinion(stage.cast["administrator"])) == []


# ---- the list of those that wait


def test_list_names_what_was_inspected_again_while_findings_wait(client: Client, other: Stage) -> None:
    stage = small_stage(townships=3)
    for place in (0, 1):
        noticed(stage, place, reported=place == 0)
    noticed(other)
    waiting, unreported = reinspected(stage, 0), reinspected(stage, 1)
    reinspected(other)
    by = stage.cast["reviewer"]
    assert list(overview.awaiting_opinion(by)) == [waiting]
    client.force_login(by)
    shown = client.get(reverse("reports:document-list")).content.decode()
    assert draft_url(waiting) in shown
    assert draft_url(unreported) not in shown
    client.post(draft_url(waiting))
    assert list(overview.awaiting_opinion(by)) == []
    assert draft_url(waiting) not in client.get(reverse("reports:document-list")).content.decode()


def test_nothing_waits_before_the_second_inspection_nor_for_the_signatory(stage: Stage) -> None:
    noticed(stage)
    assert list(overview.awaiting_opinion(stage.cast["administrator"])) == []
    reinspected(stage)
    assert list(overview.awaiting_opinion(stage.cast["signatory"])) == []
    assert list(overview.awaiting_opinion(stage.cast["township_staff"])) == []


def test_self_check_is_no_reinspection(stage: Stage) -> None:
    noticed(stage)
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    answer(own, stage.cast["township_staff"])
    submit_by(own, stage.cast["township_staff"], later(5))
    assert list(overview.awaiting_opinion(stage.cast["administrator"])) == []


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_those_that_wait_is_one_query(count: int, django_assert_num_queries: Any, db: None) -> None:
    stage = small_stage(townships=3)
    for place in range(count):
        noticed(stage, place)
        reinspected(stage, place)
    by = stage.cast["administrator"]
    assert by.grants
    with django_assert_num_queries(1):
        assert [row.center.name for row in overview.awaiting_opinion(by)]
