"""The way of a finding in a real browser, by three people: notice, repair, return, more time, close-out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from inspections.models import Evidence, Finding, Request
from organization.models import Role, User
from tests.factories import make_user
from tests.repairs import publish
from tests.small_stage import jpeg
from tests.stage import draft, make_stage, submit
from tests.test_journey import enter

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


def test_a_finding_from_the_notice_to_the_close_out(new_page: Any) -> None:
    this_year = timezone.localdate().year
    for year in range(this_year, this_year + 3):
        publish(year)
    stage = make_stage(townships=2)
    inspection = submit(stage, stage.inspections[0])
    notice = draft(stage, inspection)
    stranger = make_user("stranger", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])

    desk = new_page(1280, 900)
    enter(desk, stage.cast["administrator"])
    desk.goto(f"/documents/{notice.pk}/")
    desk.locator("summary.btn", has_text="印发").click()
    desk.locator(".confirm-box button").click()
    expect(desk.locator("#messages")).to_contain_text("〔", timeout=60_000)

    phone = new_page(375)
    enter(phone, stage.cast["township_staff"])
    phone.goto("/our-centers/")
    phone.locator(".dock a", has_text="去签收通知").click()
    phone.locator("summary.btn", has_text="签收").click()
    phone.locator(".confirm-box button").click()
    said(phone, "何时到期见“整改期限”")
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
    writes += [f"/requests/{asked.pk}/decide/", f"/evidence/{evidence.pk}/remove/"]
    assert [client.post(address).status_code for address in writes] == [404] * 7
