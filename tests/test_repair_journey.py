"""The way of a finding in a real browser, by three people: notice, repair, return, more time, close-out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from inspections.checklist import checklist, checklist_of
from inspections.models import Evidence, Finding, Request
from organization.models import Role, User
from reports.models import OfficialDocument
from standards.measures import YesNo
from tests.factories import make_user
from tests.repairs import publish
from tests.small_stage import jpeg
from tests.stage import Stage, draft, make_stage, submit
from tests.test_journey import enter, fill_item

pytestmark = pytest.mark.django_db(transaction=True)


def reply(page: Page, measure: str, photo: bytes) -> None:
    """Fill in what was done, with a photo from the phone, and report it."""
    form = page.locator("form[enctype]")
    form.locator("[name=measure]").fill(measure)
    form.locator("[name=responsible]").fill("马会玲")
    form.get_by_label("已完成", exact=True).check()
    form.locator("[name=done_on]").fill(timezone.localdate().isoformat())
    form.locator("[name=files]").set_input_files(
        {"name": "整改后.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    form.get_by_role("button", name="报送县里").click()
    expect(page.locator("#messages")).to_contain_text("已报送县里")


def said(page: Page, words: str) -> None:
    expect(page.locator("#messages")).to_contain_text(words)


def review(page: Page, move: str, words: str) -> None:
    form = page.locator("form[action$='/review/']")
    form.get_by_label(move, exact=True).check()
    form.locator("[name=words]").fill(words)
    form.get_by_role("button", name="办理").click()
    said(page, "已办理")


def told_of_a_notice(new_page: Any) -> tuple[Stage, OfficialDocument, Page, Page]:
    """The county at its desk issues a notice; the township signs for it on a phone."""
    this_year = timezone.localdate().year
    for year in range(this_year, this_year + 3):
        publish(year)
    stage = make_stage(townships=2)
    notice = draft(stage, submit(stage, stage.inspections[0]))
    desk, phone = new_page(1280, 900), new_page(375)
    enter(desk, stage.cast["administrator"])
    enter(phone, stage.cast["township_staff"])
    issue(desk, notice)
    sign_for(phone)
    return stage, notice, desk, phone


def issue(desk: Page, document: OfficialDocument) -> None:
    desk.goto(f"/documents/{document.pk}/")
    desk.locator("summary.btn", has_text="印发").click()
    desk.get_by_role("button", name="确认印发").click()
    expect(desk.locator("#messages")).to_contain_text("〔", timeout=60_000)


def sign_for(phone: Page) -> None:
    phone.goto("/our-centers/")
    phone.locator(".dock a", has_text="去签收通知").click()
    phone.locator("summary.btn", has_text="签收").click()
    phone.locator(".confirm-box button").click()
    said(phone, "何时到期见“整改期限”")


def test_a_finding_from_the_notice_to_the_close_out(new_page: Any) -> None:
    stage, notice, desk, phone = told_of_a_notice(new_page)
    inspection = notice.inspection
    stranger = make_user("stranger", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    expect(phone.locator("aside")).to_contain_text("起按工作日计算")
    expect(phone.locator("aside")).to_contain_text("还剩")
    first, second = Finding.objects.filter(inspection=inspection, mode="fixed_term").order_by("due_on", "pk")[
        :2
    ]
    due = second.due_on
    assert due is not None

    phone.goto(f"/inspections/{inspection.pk}/score/")
    phone.locator(f"article.lost a[href='/findings/{second.pk}/']").click()
    phone.locator("summary", has_text="申请延期").click()
    asked = phone.locator("form[action$='/extension/']")
    until = due + timedelta(days=30)
    asked.locator("[name=until]").fill(until.isoformat())
    asked.locator("[name=reason]").fill("设备到货较晚")
    asked.get_by_role("button", name="提交申请").click()
    said(phone, "延期申请已提交")
    phone.goto(f"/findings/{first.pk}/")
    reply(phone, "已加装扶手", jpeg("teal"))

    desk.goto("/county/")
    desk.get_by_role("link", name="待办理 2 件").click()
    desk.get_by_role("link", name=second.finding).first.click()
    answer = desk.locator("form[action$='/decide/']")
    answer.get_by_label("同意", exact=True).check()
    answer.get_by_role("button", name="答复").click()
    said(desk, "已答复")
    second.refresh_from_db()
    assert second.due_on is not None
    assert second.due_on >= until
    desk.goto("/inbox/")
    desk.get_by_role("link", name=re.compile("查看整改情况")).click()
    expect(desk.locator(".thumbs img[src*='/evidence/']")).to_have_count(1)
    review(desk, "退回整改", "照片只拍到局部")

    phone.goto("/our-centers/")
    phone.get_by_role("link", name=re.compile("条新消息")).click()
    phone.get_by_role("link", name="整改情况被退回").click()
    expect(phone.locator("aside")).to_contain_text("照片只拍到局部")
    reply(phone, "已补拍全貌", jpeg("olive"))

    desk.goto("/inbox/")
    desk.get_by_label(first.finding, exact=True).check()
    desk.get_by_role("button", name="勾选的销号").click()
    said(desk, "1个问题已销号")

    phone.goto("/messages/")
    phone.get_by_role("link", name="问题已销号").click()
    expect(phone.locator(".facts .tag-good").first).to_have_text("已销号")
    steps = phone.locator("aside .life li strong").all_inner_texts()
    done = [step.split("\n")[0] for step in steps]
    assert done[:4] == ["发现问题", "印发整改通知", "乡镇签收", "开始整改"]
    assert done[4:] == ["报送整改情况", "退回整改", "报送整改情况", "销号"]

    other = new_page(375)
    enter(other, stranger)
    shut_out(other, stranger, first)


def shut_out(page: Page, stranger: User, finding: Finding) -> None:
    """Nothing of the finding is there for another township, to read or to write."""
    evidence = Evidence.objects.filter(finding=finding).first()
    asked = Request.objects.get()
    assert evidence is not None
    reads = [f"/findings/{finding.pk}/", f"/evidence/{evidence.pk}/", f"/evidence/{evidence.pk}/small/"]
    assert [page.request.get(address).status for address in reads] == [404] * 3
    page.goto("/findings/")
    expect(page.locator("main")).not_to_contain_text(finding.finding)
    client = Client()
    client.force_login(stranger)
    acts = ("reply", "report", "extension", "objection", "review")
    writes = [f"/findings/{finding.pk}/{act}/" for act in acts]
    writes.append(f"/requests/{asked.pk}/decide/")
    assert [client.post(address).status_code for address in writes] == [404] * 6


def test_what_is_disputed_is_corrected_and_the_rest_looked_at_again(new_page: Any) -> None:
    stage, notice, desk, phone = told_of_a_notice(new_page)
    inspection = notice.inspection
    entries = checklist(inspection.edition_id, inspection.kind).by_pk
    findings = list(inspection.findings.order_by("pk"))
    disputed = next(f for f in findings if isinstance(entries[f.item_id].item.measure, YesNo))
    repaired, *_others = (f for f in findings if f != disputed)
    before = inspection.score

    # The township objects on its phone; the county upholds it, and the score follows.
    phone.goto(f"/findings/{disputed.pk}/")
    phone.locator("summary", has_text="对这个问题有异议").click()
    asked = phone.locator("form[action$='/objection/']")
    asked.locator("[name=reason]").fill("检查当天设备在里间，附照片")
    asked.get_by_role("button", name="提交异议").click()
    said(phone, "异议已提交")
    desk.goto("/inbox/")
    desk.get_by_role("link", name=disputed.finding).first.click()
    desk.get_by_role("link", name="同意，去更正得分").click()
    desk.locator("fieldset.item label.seg:has(input[value=met])").click()
    desk.locator("[name=words]").fill("经核实，设备在里间，正常使用")
    desk.get_by_role("button", name="同意异议并更正").click()
    said(desk, "更正为")
    inspection.refresh_from_db()
    assert before is not None
    assert inspection.score is not None
    assert inspection.score > before
    both = f"原得分 {before:.2f}"
    expect(desk.locator("main")).to_contain_text(both)
    phone.goto("/our-centers/")
    expect(phone.locator("main")).to_contain_text(both)
    expect(phone.locator(".score b").first).to_have_text(f"{inspection.score:.2f}")

    # The notice no longer holds: another one takes its place and names it.
    desk.goto("/documents/")
    desk.locator("#outdated .side a").click()
    desk.locator("summary.btn", has_text="撤回并起草代替的公文").click()
    desk.locator(".confirm-box button").first.click()
    said(desk, "代替的公文已起草")
    new = OfficialDocument.objects.get(replaces=notice)
    issue(desk, new)
    sign_for(phone)
    anybody = new_page(375)
    anybody.goto(f"/verify/{notice.token}/")
    new.refresh_from_db()
    expect(anybody.locator("main")).to_contain_text(f"由{new.number_text}代替")
    assert notice.number_text in str(new.document)
    assert disputed.finding.rstrip("。") not in str(new.document["findings"])

    # The township reports one; the county sends an inspector to look at all that is open.
    phone.goto(f"/findings/{repaired.pk}/")
    reply(phone, "已整改到位", jpeg("teal"))
    desk.goto(f"/findings/{repaired.pk}/")
    desk.get_by_role("link", name="安排复查表").click()
    desk.locator("[name=lead]").select_option(label=stage.cast["lead_inspector"].name)
    desk.locator("[name=ends_on]").fill((timezone.localdate() + timedelta(days=7)).isoformat())
    desk.get_by_role("button", name="安排复查").click()
    said(desk, "已安排复查")

    # The inspector fills the short form on a phone, out of signal for a while, and submits it.
    again = inspection.reinspections.get()
    items = checklist_of(again).entries
    assert {entry.pk for entry in items} == {f.item_id for f in findings if f != disputed}
    inspector = new_page(375)
    enter(inspector, stage.cast["lead_inspector"])
    inspector.goto("/tasks/")
    inspector.locator("ul.todo a", has_text="复查").first.click()
    expect(inspector.locator("fieldset.item")).to_have_count(len(items))
    bad = next(entry for entry in items if entry.pk != repaired.item_id)
    inspector.context.set_offline(True)
    fill_item(inspector, items[0], again.kind, good=items[0] != bad)
    expect(inspector.locator(".bar-state")).to_contain_text("联网后自动发送")
    inspector.context.set_offline(False)
    for entry in items[1:]:
        fill_item(inspector, entry, again.kind, good=entry != bad)
    expect(inspector.locator(".bar .answered")).to_have_text(str(len(items)), timeout=60_000)
    expect(inspector.locator(".bar-state")).to_contain_text("全部已发送", timeout=60_000)
    inspector.goto(f"/inspections/{again.pk}/check/")
    inspector.locator("summary.btn").click()
    inspector.locator(".confirm-box button").click()
    expect(inspector.locator("main")).to_contain_text(f"复查 {len(items)} 项，{len(items) - 1} 项合格")

    # Closed but for one; the score is that of the correction.
    corrected = inspection.score
    inspection.refresh_from_db()
    assert inspection.score == corrected
    states = dict(inspection.findings.values_list("item_id", "state"))
    assert states.pop(disputed.item_id) == "withdrawn"
    assert states.pop(bad.pk) == "in_repair"
    assert set(states.values()) == {"closed"}
    phone.goto("/messages/")
    expect(phone.locator("main")).to_contain_text(f"{len(items) - 1}个问题合格销号，1个继续整改")
    phone.goto(f"/findings/{repaired.pk}/")
    expect(phone.locator("aside .life")).to_contain_text("复查合格，销号")
