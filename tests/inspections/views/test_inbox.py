"""The county's inbox, batch close and the rules of terms."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding, Message, RectificationPolicy
from organization.models import Role
from tests.repairs import REPLY, add_photo, found, in_state, publish
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def reported(stage: Stage, count: int) -> list[Finding]:
    """Several findings of one inspection, reported; each but the first with a request that waits."""
    bad = {"yes": Given(False), "choice": Given("not_met"), "posts": Given("3")}
    inspection = found(stage, **dict(list(bad.items())[:count])).inspection
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=None, now=NOW)
    by = stage.cast["township_staff"]
    findings = list(inspection.findings.order_by("pk"))
    for finding in findings:
        actions.save_reply(finding=finding, fields=REPLY, by=by, now=NOW)
        add_photo(finding, by)
        actions.object_to(finding=finding, reason="现场有", by=by, now=NOW)
        actions.report(finding=finding, by=by, now=NOW)
    return findings


def test_inbox_shows_what_waits_for_the_own_county_only(county: Client, stage: Stage, other: Stage) -> None:
    in_state(other, "reported")
    own = reported(stage, 1)[0]
    context = county.get("/inbox/").context
    assert [row.pk for row in context["page"]] == [own.pk]
    assert [row.finding_id for row in context["requests"]] == [own.pk]


def test_objection_waits_in_the_inbox_when_its_finding_is_closed(county: Client, stage: Stage) -> None:
    """Closed from this very page, it went out of it unanswered."""
    finding = reported(stage, 1)[0]
    county.post("/inbox/close/", {"finding": [finding.pk]})
    context = county.get("/inbox/").context
    assert [list(context["page"]), [row.finding_id for row in context["requests"]]] == [[], [finding.pk]]


def test_extension_that_lapsed_is_told_on_the_page_and_waits_nowhere(county: Client, stage: Stage) -> None:
    publish(2026)
    finding, staff = in_state(stage, "acknowledged"), stage.cast["township_staff"]
    until = date(2026, 12, 26)
    asked = actions.ask_extension(finding=finding, until=until, reason="未到货", by=staff, now=NOW)
    county.post(f"/findings/{finding.pk}/review/", {"move": "withdraw", "words": "不再要求"})
    assert not county.get("/inbox/").context["requests"]
    page = county.get(f"/findings/{finding.pk}/").content.decode()
    assert "已失效" in page
    assert "期限不用再延" in page
    assert "待答复" not in page
    assert f'action="/requests/{asked.pk}/decide/"' not in page
    assert "延期申请失效" in page


def test_empty_inbox_says_what_will_come(county: Client) -> None:
    assert "没有等待办理的事项" in county.get("/inbox/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_takes_the_same_queries_for_any_number(
    county: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    publish(2026)
    reported(stage, count)
    with django_assert_num_queries(9):
        assert len(county.get("/inbox/").context["page"]) == count


def test_several_are_closed_each_with_its_words(county: Client, stage: Stage) -> None:
    first, second = reported(stage, 2)
    response = county.post(
        "/inbox/close/", {"finding": [first.pk, second.pk], f"words-{first.pk}": "现场核实"}, follow=True
    )
    assert "2个问题已销号" in response.content.decode()
    assert set(Finding.objects.values_list("state", flat=True)) == {"closed"}
    assert first.events.last().words == "现场核实"
    assert second.events.last().words == ""
    # One message a person, not one a finding.
    told = Message.objects.filter(person=stage.cast["township_staff"]).exclude(kind="notified")
    assert [(row.kind, row.detail["count"]) for row in told] == [("reviewed", 2)]
    staff = Client()
    staff.force_login(stage.cast["township_staff"])
    assert "2个问题：销号。" in staff.get("/messages/").content.decode()


def test_batch_with_one_that_cannot_be_closed_closes_none(county: Client, stage: Stage) -> None:
    first = reported(stage, 1)[0]
    open_one = found(stage, place=1)
    response = county.post("/inbox/close/", {"finding": [first.pk, open_one.pk]}, follow=True)
    assert "不能这样办理" in response.content.decode()
    assert [row.ticked for row in response.context["page"]] == [True]
    assert Finding.objects.get(pk=first.pk).state == "reported"


@pytest.mark.parametrize("keys", [[], ["x"], ["9" * 30]])
def test_batch_without_a_finding_says_so(county: Client, stage: Stage, keys: list[str]) -> None:
    assert "没有勾选" in county.post("/inbox/close/", {"finding": keys}).content.decode()


def test_batch_with_a_fault_is_shown_again_as_it_was_filled_in(county: Client, stage: Stage) -> None:
    """Words where nothing is ticked would be lost with the others' closing."""
    first, second = reported(stage, 2)
    filled = {"finding": [first.pk], f"words-{first.pk}": "现场核实", f"words-{second.pk}": "材料齐全"}
    response = county.post("/inbox/close/?page=1", filled)
    assert response.status_code == 400
    assert response.context["faults"] == [
        (f"#finding-{second.pk}", f"写了销号意见，没有勾选：{second.finding}")
    ]
    assert "<h2>请先更正以下内容</h2>" in response.content.decode()
    rows = {row.pk: (row.ticked, row.words) for row in response.context["page"]}
    assert rows == {first.pk: (True, "现场核实"), second.pk: (False, "材料齐全")}
    assert set(Finding.objects.values_list("state", flat=True)) == {"reported"}
    response = county.post("/inbox/close/", {f"words-{first.pk}": " ", "words-x": "好"})
    assert response.context["faults"] == [("#to-close", "没有勾选任何问题。")]


def test_batch_with_a_fault_leads_to_pages_that_can_be_opened(
    county: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address to which it was sent shows nothing by itself."""
    monkeypatch.setattr("inspections.views.inbox.PER_PAGE", 1)
    reported(stage, 2)
    said = county.post("/inbox/close/?page=1", {}).content.decode()
    assert 'rel="next" href="/inbox/?page=2"' in said
    assert '<input type="hidden" name="next" value="/inbox/?page=1">' in said


def test_enter_in_a_field_closes_nothing(county: Client, stage: Stage) -> None:
    reported(stage, 1)
    form = county.get("/inbox/").content.decode().partition("/inbox/close/")[2]
    assert re.findall(r"<button[^>]*>", form)[0] == "<button hidden disabled>"


def test_batch_with_another_countys_finding_is_not_found(county: Client, stage: Stage, other: Stage) -> None:
    mine, theirs = reported(stage, 1)[0], in_state(other, "reported")
    assert county.post("/inbox/close/", {"finding": [mine.pk, theirs.pk]}).status_code == 404
    assert set(Finding.objects.values_list("state", flat=True)) == {"reported"}


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_others_are_refused(client: Client, stage: Stage, role: str) -> None:
    client.force_login(stage.cast[role])
    assert client.get("/inbox/").status_code == 403
    assert client.get("/rectification/").status_code == 403
    assert client.post("/rectification/", {}).status_code == 403


def test_rules_are_set_and_faults_told(county: Client, stage: Stage) -> None:
    assert county.get("/rectification/").status_code == 200
    fields = {"basis": "issued", "at_once_days": 2, "blue": 5, "yellow": 1, "red": 10}
    for changes, said in (
        ({"red": 1}, "晚于黄色"),
        ({"yellow": 0}, "至少1个"),
        ({"at_once_days": 31}, "1至30"),
        ({"basis": "x"}, "选择"),
        ({"blue": "x"}, "数"),
    ):
        assert said in county.post("/rectification/", fields | changes).content.decode()
    assert not RectificationPolicy.objects.exists()
    assert county.post("/rectification/", fields).status_code == 302
    assert RectificationPolicy.objects.get().region == stage.county.region


def test_nul_in_the_words_is_left_out(county: Client, stage: Stage) -> None:
    (finding,) = reported(stage, 1)
    county.post("/inbox/close/", {"finding": [finding.pk], f"words-{finding.pk}": "好\x00"})
    assert finding.events.get(move="close").words == "好"
