"""Pages of notices: list, draft, edit, preview, issue, download, the office."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inspections.answers import Given
from organization.models import AuditEntry
from reports import pages
from reports.models import IssuingBody, NumberSequence, OfficialDocument
from tests.repairs import publish
from tests.small_stage import OFFICE, Stage, drafted, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开")}
FIELDS = {
    "kind": "notice",
    "seal": "sealed",
    "proof": "receipt",
    "addressee": "城关镇人民政府",
    "report_days": "10",
    "contact": "王芳",
    "phone": "0372-6200001",
    "copy_to": "县政府办公室",
}


@pytest.fixture
def administrator(client: Client, stage: Stage, quick_pdf: Any) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def url(name: str, *of: Any) -> str:
    return reverse(f"reports:{name}", args=[getattr(row, "pk", row) for row in of])


def test_notice_is_drafted_edited_issued_and_downloaded(administrator: Client, stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    said = administrator.post(url("notice-draft", inspection))
    notice = OfficialDocument.objects.get()
    assert said["Location"] == url("document", notice)
    assert administrator.post(url("document-edit", notice), FIELDS)["Location"] == url("document", notice)
    notice.refresh_from_db()
    assert (notice.contact, notice.report_days) == ("王芳", 10)
    said = administrator.post(url("document-issue", notice), follow=True)
    assert "已印发，文号为汤政服办〔2026〕1号" in said.content.decode() or "〕1号" in said.content.decode()
    notice.refresh_from_db()
    pdf = administrator.get(url("document-pdf", notice))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("inline")
    assert pdf.content == notice.pdf.read()
    saved = administrator.get(url("document-pdf", notice) + "?download")
    assert saved["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert saved.content == pdf.content


def workday(days: int) -> date:
    """The first day of the week's work so many days from today, or later."""
    day = timezone.localdate() + timedelta(days=days)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def test_day_of_repair_is_written_into_the_notice_and_holds_for_its_findings(
    administrator: Client, stage: Stage
) -> None:
    for year in (timezone.localdate().year, timezone.localdate().year + 1):
        publish(year)
    notice = drafted(stage, submitted(stage, yes=Given(False), area=Given("75")))
    assert 'name="repair_by"' in administrator.get(url("document-edit", notice)).content.decode()
    day = workday(20)
    administrator.post(url("document-edit", notice), FIELDS | {"repair_by": day.isoformat()})
    administrator.post(url("document-issue", notice))
    notice.refresh_from_db()
    words = f"{day.year}年{day.month}月{day.day}日前"
    assert {row["deadline"] for row in notice.document["findings"]["rows"]} == {words}
    assert f"要于{words}完成整改" in str(notice.document)
    assert set(notice.inspection.findings.values_list("state", "fixed_on", "due_on")) == {
        ("notified", day, day)
    }
    assert (
        f"{day.year}年{day.month}月{day.day}日" in administrator.get(url("document", notice)).content.decode()
    )
    with pytest.raises(Error), transaction.atomic():
        OfficialDocument.objects.filter(pk=notice.pk).update(repair_by=None)


def test_day_of_repair_in_an_unpublished_year_is_provisional_in_the_notice(
    administrator: Client, stage: Stage
) -> None:
    notice = drafted(stage, submitted(stage, **SHORT))
    administrator.post(url("document-edit", notice), FIELDS | {"repair_by": workday(20).isoformat()})
    administrator.post(url("document-issue", notice))
    notice.refresh_from_db()
    assert "（暂定）" in notice.document["findings"]["rows"][0]["deadline"]
    assert notice.inspection.findings.get().due_is_provisional


def test_day_that_is_none_to_repair_by_is_refused(administrator: Client, stage: Stage) -> None:
    notice = drafted(stage, submitted(stage, **SHORT))
    today = timezone.localdate()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 7)
    for wrong, said in (
        (today, "应当晚于今天"),
        (saturday, "不上班"),
        (date(today.year + 2, 1, 3), "明年年底"),
        ("x", "日期"),
    ):
        answer = administrator.post(url("document-edit", notice), FIELDS | {"repair_by": str(wrong)})
        assert said in str(answer.context["form"].errors["repair_by"])
    # A draft that lay too long is not issued with a day that is over.
    OfficialDocument.objects.filter(pk=notice.pk).update(repair_by=today)
    answer = administrator.post(url("document-issue", notice), follow=True)
    assert "应当晚于今天" in answer.content.decode()
    assert not OfficialDocument.objects.issued().exists()


@pytest.mark.parametrize("name", ["document-pdf", "document-word"])
def test_whoever_takes_a_document_as_a_file_is_in_the_trail(
    administrator: Client, stage: Stage, name: str
) -> None:
    row = issued(stage, submitted(stage, **SHORT))
    administrator.get(url(name, row))
    entry = AuditEntry.objects.get(action="document.download")
    assert (entry.target, entry.by) == (f"OfficialDocument {row.pk}", stage.cast["administrator"])


def test_draft_is_shown_page_by_page(administrator: Client, stage: Stage) -> None:
    notice = drafted(stage, submitted(stage, **SHORT))
    said = administrator.get(url("document", notice))
    assert list(said.context["page_numbers"]) == [1]
    picture = administrator.get(url("document-page", notice, 1))
    assert picture["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    for number in (0, 2, 999):
        assert administrator.get(url("document-page", notice, number)).status_code == 404
    assert "草稿" in administrator.get(url("document-pdf", notice) + "?download")["Content-Disposition"] or (
        "%E8%8D%89%E7%A8%BF" in administrator.get(url("document-pdf", notice))["Content-Disposition"]
    )
    assert not NumberSequence.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"report_days": "0"}, "report_days"),
        ({"report_days": "251"}, "report_days"),
        ({"report_days": "1e9"}, "report_days"),
        ({"contact": "长" * 51}, "contact"),
        ({"addressee": ""}, "addressee"),
        ({"addressee": "长" * 121}, "addressee"),
        ({"contact": "a\x00b"}, "contact"),
        ({"copy_to": "县复议委员会"}, "__all__"),
    ],
)
def test_draft_that_cannot_be_is_refused_and_kept_as_it_was(
    administrator: Client, stage: Stage, changes: dict[str, str], field: str
) -> None:
    notice = drafted(stage, submitted(stage, **SHORT))
    said = administrator.post(url("document-edit", notice), FIELDS | changes)
    assert said.status_code == 200
    assert list(said.context["form"].errors) == [field]
    notice.refresh_from_db()
    assert (notice.contact, notice.copy_to, notice.report_days) == ("李明", "", 15)


def test_draft_that_can_no_longer_be_made_says_why(administrator: Client, stage: Stage) -> None:
    """The office's name stands in every draft; one that no notice may have must not break its pages."""
    notice = drafted(stage, submitted(stage, **SHORT))
    IssuingBody.objects.update(name="汤阴县行政复议局")
    said = administrator.get(url("document", notice))
    assert said.status_code == 200
    assert "复议" in str(said.context["problem"])
    assert administrator.get(url("document-pdf", notice))["Location"] == url("document", notice)
    assert administrator.get(url("document-page", notice, 1)).status_code == 404
    said = administrator.post(url("document-issue", notice), follow=True)
    assert "复议" in said.content.decode()
    assert not OfficialDocument.objects.issued().exists()
    assert not NumberSequence.objects.exists()


def test_no_draft_without_a_finding_says_so_on_the_score_page(administrator: Client, stage: Stage) -> None:
    inspection = submitted(stage)
    said = administrator.post(url("notice-draft", inspection), follow=True)
    assert said.redirect_chain[0][0] == url("score", inspection)
    assert "没有发现问题" in said.content.decode()


def test_second_tap_on_issue_does_no_harm(administrator: Client, stage: Stage) -> None:
    notice = drafted(stage, submitted(stage, **SHORT))
    for _ in range(2):
        assert administrator.post(url("document-issue", notice))["Location"] == url("document", notice)
    assert NumberSequence.objects.get().last == 1


# ---- the list


def listed(client: Client, **query: Any) -> Any:
    said = client.get(url("document-list"), query)
    assert said.status_code == 200
    return said.context


def test_list_holds_drafts_issued_ones_and_what_waits(client: Client, other: Stage, quick_pdf: Any) -> None:
    stage = small_stage(townships=3)
    out = issued(stage, submitted(stage, 0, **SHORT))
    draft = drafted(stage, submitted(stage, 1, **SHORT))
    waiting = submitted(stage, 2, **SHORT)
    issued(other, submitted(other, 0, **SHORT))
    client.force_login(stage.cast["administrator"])
    context = listed(client)
    assert set(context["page"]) == {out, draft}
    assert (list(context["waiting"]), context["waiting_count"]) == ([waiting], 1)
    assert [(round.pk, round.notice_count) for round in context["exportable"]] == [(stage.round.pk, 1)]
    assert list(listed(client, state="draft")["page"]) == [draft]
    assert set(listed(client, state="nonsense")["page"]) == {out, draft}
    assert set(listed(client, kind="notice")["page"]) == {out, draft}
    text = client.get(url("document-list"), {"state": "draft", "kind": "circular"}).content.decode()
    assert '<option value="draft" selected>' in text
    assert '<option value="circular" selected>' in text
    assert "没有这样的公文。" in text
    client.force_login(stage.cast["signatory"])
    assert listed(client)["exportable"] == []


def test_all_that_waits_is_drafted_at_once_and_only_there(
    client: Client, other: Stage, quick_pdf: Any
) -> None:
    stage = small_stage(townships=3)
    waiting = [submitted(stage, place, **SHORT) for place in range(3)]
    submitted(other, 0, **SHORT)
    client.force_login(stage.cast["reviewer"])
    assert "全部起草" in client.get(url("document-list")).content.decode()
    said = client.post(reverse("reports:notices-draft"), follow=True)
    assert "已起草3份" in said.content.decode()
    assert {row.inspection for row in OfficialDocument.objects.all()} == set(waiting)
    again = client.post(reverse("reports:notices-draft"), follow=True)
    assert "已起草" not in again.content.decode()
    assert OfficialDocument.objects.count() == 3


def test_inspection_whose_notice_cannot_be_drafted_is_named_with_the_reason(
    client: Client, stage: Stage, quick_pdf: Any
) -> None:
    inspection = submitted(stage, **SHORT)
    IssuingBody.objects.all().delete()
    client.force_login(stage.cast["administrator"])
    said = client.post(reverse("reports:notices-draft"), follow=True).content.decode()
    assert f"{inspection.center.name}：还没有设置发文机关" in said
    assert not OfficialDocument.objects.exists()


def test_signatory_is_not_asked_to_draft(client: Client, stage: Stage, quick_pdf: Any) -> None:
    submitted(stage, **SHORT)
    client.force_login(stage.cast["signatory"])
    context = listed(client)
    assert (context["waiting_count"], context["rounds"]) == (0, [])
    assert client.get(reverse("reports:county")).context["awaiting"] == 0
    assert client.post(reverse("reports:notices-draft")).status_code == 403


def test_list_of_the_township_holds_its_own_issued_ones(client: Client, stage: Stage, quick_pdf: Any) -> None:
    drafted(stage, submitted(stage, 0, **SHORT))
    issued(stage, submitted(stage, 1, **SHORT))
    client.force_login(stage.cast["township_staff"])
    context = listed(client)
    assert list(context["page"]) == []
    assert (context["waiting_count"], list(context["waiting"]), context["exportable"]) == (0, [], [])


@pytest.mark.parametrize("townships", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=2 * townships)
    for place in range(townships):
        issued(stage, submitted(stage, place, **SHORT))
        submitted(stage, townships + place, **SHORT)
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(15):
        context = listed(client)
    assert len(context["page"].object_list) == len(context["waiting"]) == townships


@pytest.mark.parametrize("short", [1, 3])
def test_notice_page_costs_the_same(
    client: Client, stage: Stage, quick_pdf: Any, django_assert_num_queries: Any, short: int
) -> None:
    changes = {"yes": Given(False), "area": Given("75"), "choice": Given("partly")}
    notice = issued(stage, submitted(stage, **dict(list(changes.items())[:short])))
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(9):
        client.get(url("document", notice))


# ---- the office


def test_office_is_set_from_its_page(administrator: Client, stage: Stage) -> None:
    said = administrator.post(url("issuing-body"), {**OFFICE, "name": "汤阴县政务服务局"})
    assert said["Location"] == url("issuing-body")
    assert IssuingBody.objects.get().name == "汤阴县政务服务局"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"number_code": ""},
        {"name": "长" * 61},
        {"report_days": "0"},
        {"report_days": "x"},
        {"phone": "1" * 41},
        {"contact": "\x00"},
    ],
)
def test_office_that_cannot_be_is_refused(
    administrator: Client, stage: Stage, changes: dict[str, str]
) -> None:
    said = administrator.post(url("issuing-body"), {**OFFICE, **changes})
    assert list(said.context["form"].errors) == list(changes)
    assert IssuingBody.objects.get().name == OFFICE["name"]


def test_code_of_another_office_is_refused_with_the_reason(administrator: Client, other: Stage) -> None:
    said = administrator.post(url("issuing-body"), {**OFFICE, "number_code": "滑政服办"})
    assert "文号会重复" in str(said.context["form"].errors["number_code"])


def test_pages_of_a_notice_whose_file_is_gone_still_open(administrator: Client, stage: Stage) -> None:
    notice = issued(stage, submitted(stage, **SHORT))
    notice.pdf.storage.delete(notice.pdf.name)
    said = administrator.get(url("document", notice))
    assert "从备份恢复" in said.content.decode()
    assert administrator.get(url("document-pdf", notice))["Location"] == url("document", notice)
    assert administrator.get(url("document-page", notice, 1)).status_code == 404


# ---- pages as pictures


def test_pages_are_drawn_by_many_at_once(quick_pdf: Any, stage: Stage) -> None:
    """The library that draws them may be called by one thread at a time."""
    from concurrent.futures import ThreadPoolExecutor

    from PIL import Image

    bodies = []
    for number in range(12):
        out = io.BytesIO()
        Image.new("L", (210 + number, 297), "white").save(out, "PDF")
        bodies.append(out.getvalue())
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(pages.count, bodies))
        drawn = list(pool.map(lambda body: pages.picture(body, 1), bodies))
    assert counts == [1] * 12
    assert all(picture.startswith(b"\x89PNG") for picture in drawn)


def test_red_of_a_page_stays_red() -> None:
    """The colors of a picture are reduced, for a smaller file."""
    from PIL import Image

    page, out = Image.new("RGB", (595, 842), "white"), io.BytesIO()
    page.paste((230, 0, 18), (100, 100, 500, 110))
    page.save(out, "PDF", resolution=72, quality=100)
    with Image.open(io.BytesIO(pages.picture(out.getvalue(), 1))) as drawn:
        shown = drawn.convert("RGB")
    pairs = [(shown.getpixel((450, 160)), (230, 0, 18)), (shown.getpixel((20, 20)), (255, 255, 255))]
    assert all(abs(a - b) <= 8 for got, wanted in pairs for a, b in zip(got, wanted, strict=True))
