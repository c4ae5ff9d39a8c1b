"""The main job in a real browser: inspect, score, notify, read, and nobody else gets in."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inspections.checklist import checklist
from inspections.models import Inspection
from organization.models import Role, User
from reports.models import OfficialDocument
from standards.measures import Elements, Number, PerUnit, YesNo
from tests.factories import PASSWORD, make_user
from tests.stage import make_stage

pytestmark = pytest.mark.django_db(transaction=True)


def enter(page: Page, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto("/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("form.box button")
    expect(page.locator("h1")).not_to_have_text("登录")


def fill_item(page: Page, entry: Any, kind: str, good: bool) -> None:
    """Answer one item with thumbs only: taps, and digits where a number is asked."""
    item = page.locator(f"#{entry.prefix}")
    measure = entry.item.measure
    if isinstance(measure, YesNo):
        item.locator(f"label.seg:has(input[value={'met' if good else 'not_met'}])").click()
    elif isinstance(measure, Number):
        item.locator("input[name$='-value']").fill(str(measure.minimum.of(kind) or 1) if good else "1")
        item.locator("input[name$='-value']").blur()
    elif isinstance(measure, Elements):
        item.locator("[data-all]").click() if good else item.locator("label.chip").first.click()
    elif isinstance(measure, PerUnit):
        item.locator("input[name$='-value_0']").fill("3")
        item.locator("input[name$='-value_1']").fill("3" if good else "2")
        item.locator("input[name$='-value_1']").blur()
    elif measure.name == "choice":
        item.locator(f"label.seg:has(input[value={'met' if good else 'partly'}])").click()
    else:
        item.locator("input[name$='-value']").fill("0" if good else "1")
        item.locator("input[name$='-value']").blur()


def fill_form(page: Page, inspection: Inspection) -> None:
    entries = checklist(inspection.edition_id, inspection.kind).entries
    page.goto(f"/inspections/{inspection.pk}/")
    for entry in entries:
        fill_item(page, entry, inspection.kind, good=entry.number % 4 != 0)
    expect(page.locator(".bar .answered")).to_have_text(str(len(entries)), timeout=60_000)
    expect(page.locator(".bar-state")).to_contain_text("全部已发送", timeout=30_000)


def test_a_round_from_the_form_to_the_notice_read(new_page: Any) -> None:
    stage = make_stage(townships=2)
    inspection = stage.inspections[0]
    stranger = make_user("stranger", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])

    phone = new_page(375)
    enter(phone, stage.cast["lead_inspector"])
    fill_form(phone, inspection)
    phone.goto(f"/inspections/{inspection.pk}/check/")
    phone.locator("summary.btn").click()
    phone.locator(".confirm-box button").click()
    expect(phone).to_have_url(re.compile(r"/score/$"))
    inspection.refresh_from_db()
    shown = phone.locator(".score b").inner_text()
    assert shown == f"{inspection.score:.2f}"

    desk = new_page(1280, 900)
    enter(desk, stage.cast["administrator"])
    desk.goto(f"/inspections/{inspection.pk}/score/")
    desk.get_by_role("button", name=re.compile("起草")).first.click()
    expect(desk).to_have_url(re.compile(r"/documents/"))
    desk.locator("summary.btn", has_text="印发").click()
    desk.get_by_role("button", name="确认印发").click()
    expect(desk.locator("#messages")).to_contain_text("〔", timeout=60_000)
    notice = OfficialDocument.objects.get(inspection=inspection)
    assert notice.number == 1
    body = desk.request.get(f"/documents/{notice.pk}/document.pdf").body()
    assert body == notice.pdf.open().read()
    assert body.startswith(b"%PDF")

    town = new_page(375)
    enter(town, stage.cast["township_staff"])
    town.goto("/our-centers/")
    expect(town.locator("main")).to_contain_text(shown)
    addresses = [
        f"/inspections/{inspection.pk}/score/",
        f"/documents/{notice.pk}/",
        f"/documents/{notice.pk}/document.pdf",
        f"/documents/{notice.pk}/pages/1.png",
    ]
    assert [town.request.get(address).status for address in addresses] == [200] * 4

    other = new_page(375)
    enter(other, stranger)
    assert [other.request.get(address).status for address in addresses] == [404] * 4
    other.goto(addresses[0])
    expect(other.locator("main")).not_to_contain_text(inspection.center.name)


def test_the_form_works_without_script(new_page: Any) -> None:
    stage = make_stage(townships=1)
    inspection = stage.inspections[0]
    page = new_page(375, java_script_enabled=False)
    enter(page, stage.cast["lead_inspector"])
    entries = checklist(inspection.edition_id, inspection.kind).entries
    section = entries[0].section.code
    own = [entry for entry in entries if entry.section.code == section]
    page.goto(f"/inspections/{inspection.pk}/")
    for entry in own:
        if isinstance(entry.item.measure, Elements):
            page.locator(f"#{entry.prefix} label.chip").first.click()
        else:
            fill_item(page, entry, inspection.kind, good=True)
    page.locator(f"#s-{section} button[name=section]").click()
    expect(page.locator("#messages")).to_contain_text("已保存")
    assert inspection.answers.exclude(status="unanswered").count() == len(own)


def test_an_answer_typed_while_the_server_is_away_is_sent_when_it_is_back(new_page: Any) -> None:
    stage = make_stage(townships=1)
    inspection = stage.inspections[0]
    page = new_page(375)
    enter(page, stage.cast["inspector"])
    page.goto(f"/inspections/{inspection.pk}/")
    entry = next(
        e
        for e in checklist(inspection.edition_id, inspection.kind).entries
        if isinstance(e.item.measure, YesNo)
    )
    page.context.set_offline(True)
    fill_item(page, entry, inspection.kind, good=True)
    expect(page.locator(".bar-state")).to_contain_text("1 项只在本机")
    assert not inspection.answers.exists()
    page.context.set_offline(False)
    expect(page.locator(".bar-state")).to_contain_text("全部已发送", timeout=20_000)
    assert inspection.answers.get().status == "met"
