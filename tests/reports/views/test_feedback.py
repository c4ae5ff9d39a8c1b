"""The feedback form of a whole notice: filled at once, kept or reported at once, printed for the stamp."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.answers import Given
from inspections.models import Evidence, Finding, Reply
from organization.models import AuditEntry, Role
from reports import actions as reporting
from tests.factories import make_user
from tests.repairs import add_photo, publish
from tests.small_stage import NOW, Stage, issued, jpeg, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False), "choice": Given("not_met"), "area": Given("75")}
DONE = {"measure": "已安装", "responsible": "王强", "result": "done", "done_on": "2026-11-20", "plan": ""}
PARTLY = {"measure": "已订购", "responsible": "李红", "result": "partly", "done_on": "", "plan": "下周到货"}


@pytest.fixture
def notice(stage: Stage, quick_pdf: Any) -> Any:
    """The first township's notice over three findings, acknowledged."""
    publish(2026)
    publish(2027)
    notice = issued(stage, submitted(stage, 0, **SHORT))
    actions.acknowledge_findings(inspection=notice.inspection, by=stage.cast["township_staff"], now=NOW)
    return notice


@pytest.fixture
def staff(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["township_staff"])
    return client


def url(notice: Any, act: str = "") -> str:
    return reverse(f"inspections:feedback{act and '-' + act}", args=[notice.inspection_id])


def rows(notice: Any) -> list[Finding]:
    return list(notice.inspection.findings.order_by("item__position"))


def fields(told: dict[Finding, dict[str, Any]]) -> dict[str, Any]:
    return {f"f{row.pk}-{name}": value for row, one in told.items() for name, value in one.items()}


def picture() -> io.BytesIO:
    file = io.BytesIO(jpeg())
    file.name = "整改后.jpg"
    return file


def test_one_form_lists_every_finding_of_the_notice(staff: Client, notice: Any) -> None:
    page = staff.get(url(notice))
    assert [entry.finding for entry in page.context["entries"]] == rows(notice)
    assert page.context["open"] == 3
    said = page.content.decode()
    for row in rows(notice):
        assert row.finding in said
        assert f'name="f{row.pk}-measure"' in said
    # From each finding the way to the end is one step, not through all the fields of the others.
    assert (said.count('href="#report"'), said.count('id="report"')) == (3, 1)
    assert url(notice) in staff.get(reverse("reports:document", args=[notice.pk])).content.decode()


def test_drafts_are_kept_by_one_step_and_shown_again(staff: Client, notice: Any) -> None:
    first, _second, third = rows(notice)
    said = staff.post(url(notice, "save"), fields({first: DONE, third: PARTLY}), follow=True)
    assert "2个问题的草稿已保存" in said.content.decode()
    assert set(Reply.objects.values_list("finding", "responsible", "reported_at")) == {
        (first.pk, "王强", None),
        (third.pk, "李红", None),
    }
    states = [row.state for row in rows(notice)]
    assert states == ["in_repair", "acknowledged", "in_repair"]
    page = staff.get(url(notice)).content.decode()
    assert "下周到货" in page


def test_half_a_form_is_kept_and_not_reported(staff: Client, notice: Any) -> None:
    first, second, _third = rows(notice)
    half = {first: DONE, second: {"measure": "已联系厂家"}}
    assert staff.post(url(notice, "save"), fields(half)).status_code == 302
    assert set(Reply.objects.values_list("finding", "result")) == {(first.pk, "done"), (second.pk, "")}
    assert "已联系厂家" in staff.get(url(notice)).content.decode()
    told = staff.post(url(notice, "report"), fields({second: {"measure": "已联系厂家"}}))
    assert told.status_code == 400
    assert {fault[0] for fault in told.context["faults"]} >= {f"#f{second.pk}-responsible"}
    assert not Reply.objects.exclude(reported_at=None).exists()


def test_what_is_filled_in_is_reported_by_one_step(staff: Client, notice: Any) -> None:
    first, second, _third = rows(notice)
    sent = fields({first: DONE | {"files": picture()}, second: PARTLY})
    said = staff.post(url(notice, "report"), sent, follow=True)
    assert "2个问题的整改情况已报送县里" in said.content.decode()
    assert [row.state for row in rows(notice)] == ["reported", "reported", "acknowledged"]
    assert Evidence.objects.get().reply == Reply.objects.get(finding=first)
    assert said.context["open"] == 1
    assert "已订购" in said.content.decode()


def test_one_that_cannot_be_reported_holds_all_back_and_says_which(staff: Client, notice: Any) -> None:
    first, second, _third = rows(notice)
    said = staff.post(url(notice, "report"), fields({first: PARTLY, second: DONE}))
    assert said.status_code == 400
    assert said.context["faults"] == [
        (f"#finding-{second.pk}", "第2项：已完成的整改请至少附一张整改后的照片或一份材料，再报送。")
    ]
    assert not Reply.objects.exists()
    assert "已订购" in said.content.decode()


def test_faults_of_all_findings_are_told_at_once(staff: Client, notice: Any) -> None:
    first, second, _third = rows(notice)
    bad = fields({first: DONE | {"done_on": "2999-01-01"}, second: PARTLY | {"plan": ""}})
    said = staff.post(url(notice, "report"), bad)
    assert said.status_code == 400
    assert [text.partition("：")[0] for _href, text in said.context["faults"]] == [
        "第1项 完成日期",
        "第2项 未完成的原因和下步打算",
    ]
    assert [href for href, _text in said.context["faults"]] == [
        f"#f{first.pk}-done_on", f"#f{second.pk}-plan",
    ]  # fmt: skip
    assert not Reply.objects.exists()


@pytest.mark.parametrize("act", ["save", "report"])
def test_nothing_filled_in_is_said(staff: Client, notice: Any, act: str) -> None:
    said = staff.post(url(notice, act), {})
    assert said.status_code == 400
    assert "还没有填写" in said.content.decode()


def test_files_alone_ask_for_the_rest(staff: Client, notice: Any) -> None:
    first = rows(notice)[0]
    said = staff.post(url(notice, "report"), {f"f{first.pk}-files": picture()})
    assert said.status_code == 400
    assert not Reply.objects.exists()
    # A browser would not choose it again by itself.
    assert Evidence.objects.get().finding == first
    assert "已上传，还没有报送" in said.content.decode()


def test_files_alone_are_kept_as_a_draft(staff: Client, notice: Any) -> None:
    first = rows(notice)[0]
    assert staff.post(url(notice, "save"), {f"f{first.pk}-files": picture()}).status_code == 302
    assert Evidence.objects.get().finding == Reply.objects.get(reported_at=None).finding == first


def test_a_file_that_cannot_be_taken_is_told_at_its_finding(staff: Client, notice: Any) -> None:
    second = rows(notice)[1]
    paper = io.BytesIO(b"MZ")
    paper.name = "x.exe"
    said = staff.post(url(notice, "save"), fields({second: PARTLY | {"files": paper}}))
    assert said.status_code == 400
    assert [href for href, _text in said.context["faults"]] == [f"#finding-{second.pk}"]


def test_page_with_faults_outlives_a_finding_withdrawn_in_this_moment(
    staff: Client, stage: Stage, notice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second, third = rows(notice)

    def withdraw(*given: Any) -> list[Any]:
        words, by = {third.pk: "重复"}, stage.cast["administrator"]
        actions.review(findings=[third], move_name="withdraw", words=words, by=by, now=NOW)
        return []

    monkeypatch.setattr("inspections.views.feedback._keep_files", withdraw)
    said = staff.post(url(notice, "report"), fields({first: PARTLY | {"plan": ""}}))
    assert said.status_code == 400
    assert PARTLY["measure"] in said.content.decode()


def test_what_is_left_for_another_time_has_no_faults(staff: Client, notice: Any) -> None:
    first, second, _third = rows(notice)
    said = staff.post(url(notice, "report"), fields({first: PARTLY | {"result": "", "plan": ""}}))
    text = said.content.decode()
    assert [href for href, _text in said.context["faults"]] == [f"#f{first.pk}-result_0"]
    assert f'id="f{first.pk}-result_0"' in text
    assert f'id="f{first.pk}-result_error"' in text
    assert f'id="f{second.pk}-measure_error"' not in text


def test_enter_in_a_field_reports_nothing(staff: Client, notice: Any) -> None:
    form = staff.get(url(notice)).content.decode().partition('enctype="multipart/form-data"')[2]
    assert re.findall(r"<button[^>]*>", form)[0] == "<button hidden disabled>"


def test_what_is_already_reported_takes_no_more(staff: Client, stage: Stage, notice: Any) -> None:
    first = rows(notice)[0]
    who = {"by": stage.cast["township_staff"], "now": NOW}
    add_photo(first, who["by"])
    reply = {
        "measure": "第一次",
        "responsible": "王强",
        "result": "not_done",
        "done_on": None,
        "plan": "再办",
    }
    actions.save_reply(finding=first, fields=reply, **who)
    actions.report(finding=first, **who)
    said = staff.post(url(notice, "save"), fields({first: PARTLY}))
    assert said.status_code == 400
    assert Reply.objects.get().measure == "第一次"


def test_second_press_of_the_button_says_that_it_is_sent(staff: Client, notice: Any) -> None:
    first, second, third = rows(notice)
    sent = fields({first: DONE | {"files": picture()}, second: PARTLY})
    staff.post(url(notice, "report"), sent)
    sent = fields({first: DONE | {"files": picture()}, second: PARTLY})
    said = staff.post(url(notice, "report"), sent, follow=True)
    assert said.redirect_chain == [(url(notice), 302)]
    assert "2个问题的整改情况已经报送过了" in said.content.decode()
    assert (Reply.objects.count(), Evidence.objects.count()) == (2, 1)
    # Other words about what is reported are none, and beside new ones the new ones go.
    assert staff.post(url(notice, "report"), fields({first: PARTLY})).status_code == 400
    mixed = staff.post(url(notice, "report"), fields({second: PARTLY, third: PARTLY}), follow=True)
    assert "1个问题的整改情况已报送县里" in mixed.content.decode()


def test_what_was_reported_in_the_same_moment_is_said_to_be_sent(
    staff: Client, notice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rows(notice)[0]
    keep = actions.save_feedback

    def overtaken(**told: Any) -> int:
        """The first press of the button is done by a moment before."""
        keep(**told)
        return keep(**told)

    monkeypatch.setattr("inspections.views.feedback.actions.save_feedback", overtaken)
    said = staff.post(url(notice, "report"), fields({first: PARTLY}), follow=True)
    assert "1个问题的整改情况已经报送过了" in said.content.decode()
    assert Reply.objects.count() == 1
    second = rows(notice)[1]
    assert staff.post(url(notice, "save"), fields({second: PARTLY})).status_code == 302


def test_before_the_receipt_nothing_can_be_filled_in(staff: Client, stage: Stage, quick_pdf: Any) -> None:
    publish(2026)
    notice = issued(stage, submitted(stage, 0, **SHORT))
    text = staff.get(url(notice)).content.decode()
    assert "这份通知还没有签收" in text
    assert reverse("reports:our-centers") in text
    assert "个问题可以填报" not in text
    actions.acknowledge_findings(inspection=notice.inspection, by=stage.cast["township_staff"], now=NOW)
    assert "这份通知还没有签收" not in staff.get(url(notice)).content.decode()


def test_others_never_see_it(client: Client, stage: Stage, other: Stage, notice: Any) -> None:
    near = make_user("near", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    for person in (other.cast["township_staff"], near):
        client.force_login(person)
        assert client.get(url(notice)).status_code == 404
        assert client.post(url(notice, "save"), {}).status_code == 404
    client.force_login(stage.cast["administrator"])
    assert client.get(url(notice)).status_code == 403


@pytest.mark.parametrize("short", [1, 3])
def test_page_costs_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, short: int
) -> None:
    stage = small_stage(townships=1)
    publish(2026)
    publish(2027)
    notice = issued(stage, submitted(stage, 0, **dict(list(SHORT.items())[:short])))
    staff = stage.cast["township_staff"]
    actions.acknowledge_findings(inspection=notice.inspection, by=staff, now=NOW)
    client.force_login(staff)
    with django_assert_num_queries(10):
        page = client.get(url(notice))
    assert page.context["open"] == short


# ---- the paper


def printed(client: Client, notice: Any) -> Any:
    return client.post(reverse("reports:feedback-paper", args=[notice.inspection_id]))


def test_paper_is_filled_from_what_was_written(
    staff: Client, stage: Stage, notice: Any, quick_pdf: list[Any]
) -> None:
    first, second, third = rows(notice)
    half = {"measure": "已联系厂家"}
    staff.post(url(notice, "save"), fields({first: DONE | {"files": picture()}, second: PARTLY, third: half}))
    quick_pdf.clear()
    said = printed(staff, notice)
    assert said["Content-Type"] == "application/pdf"
    (paper,) = quick_pdf
    assert paper.facts[1] == f"整改通知文号：{notice.number_text}"
    assert paper.signing[0] == ("填报单位（公章）：", "单位负责人（签字）：")
    assert [row[1:] for row in paper.table.rows] == [
        ("yes不符合要求", "已安装", "已完成", "2026年11月20日", "1份", "", "王强"),
        ("choice不符合要求", "已订购", "部分完成", "", "", "下周到货", "李红"),
        ("area不符合要求", "已联系厂家", "", "", "", "", ""),
    ]
    assert AuditEntry.objects.filter(action="feedback.print").count() == 1


def test_page_says_that_only_what_is_saved_is_printed(staff: Client, notice: Any) -> None:
    said = "打印的是已经保存的内容"
    assert said in staff.get(url(notice)).content.decode()
    staff.post(url(notice, "report"), fields(dict.fromkeys(rows(notice), PARTLY)))
    # With no field left there is nothing unsaved.
    assert said not in staff.get(url(notice)).content.decode()


def test_county_prints_only_what_was_reported(
    client: Client, stage: Stage, notice: Any, quick_pdf: list[Any]
) -> None:
    first = rows(notice)[0]
    staff = stage.cast["township_staff"]
    client.force_login(staff)
    client.post(url(notice, "save"), fields({first: DONE | {"files": picture()}}))
    client.force_login(stage.cast["administrator"])
    quick_pdf.clear()
    printed(client, notice)
    assert quick_pdf[0].table.rows[0][2:] == ("", "", "", "", "", "")


def test_paper_without_a_notice_is_refused_in_words(client: Client, stage: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["township_staff"])
    said = client.post(reverse("reports:feedback-paper", args=[inspection.pk]))
    assert said.status_code == 302


def test_form_is_linked_from_the_home_and_from_each_finding(
    staff: Client, client: Client, stage: Stage, notice: Any
) -> None:
    link = f'href="{url(notice)}"'
    home = staff.get(reverse("reports:our-centers")).content.decode()
    # The notice that was signed for before the portal knew of it is not listed as signed for.
    assert link not in home
    reporting.acknowledge(document=notice, person="", by=stage.cast["township_staff"], now=NOW)
    finding = rows(notice)[0]
    pages = [reverse("reports:our-centers"), reverse("inspections:finding", args=[finding.pk])]
    assert [link in staff.get(page).content.decode() for page in pages] == [True, True]
    actions.review(
        findings=[finding], move_name="withdraw", words={finding.pk: "重复"},
        by=stage.cast["administrator"], now=NOW,
    )  # fmt: skip
    assert link not in staff.get(pages[1]).content.decode()
    client.force_login(stage.cast["administrator"])
    assert link not in client.get(pages[1]).content.decode()


def test_form_is_what_an_acknowledged_notice_asks_for_next(staff: Client, stage: Stage, notice: Any) -> None:
    page = reverse("reports:document", args=[notice.pk])
    before = staff.get(page).content.decode()
    reporting.acknowledge(document=notice, person="", by=stage.cast["township_staff"], now=NOW)
    after = staff.get(page).content.decode()
    first = f'<a class="btn btn-primary" href="{url(notice)}">'
    assert (first in before, first in after) == (False, True)
    assert before.count(url(notice)) == after.count(url(notice)) == 1
    assert after.count("btn-primary") == 1
