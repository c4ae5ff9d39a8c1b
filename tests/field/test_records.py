"""Drafts, conflicts, receipts and the form on paper, in a browser and on the printed page."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inspections import actions
from inspections.checklist import checklist
from inspections.models import Answer, AnswerEvent, Conflict, Photo
from inspections.paper import number_of
from tests.field.photo_scene import WAIT, kept, open_form, picture, take, verified
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, jpeg, small_stage
from tests.stage import make_stage
from tests.test_accessibility import in_english
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
# So high that nothing lies under the bar at the foot, which would count as too small a target.
TALL = 5000


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def tap(page: Page, code: str, value: str) -> None:
    page.locator(f"[data-item='{code}'] label.seg:has([value={value}])").click()


# ---- a draft from one device to another


def exported(page: Page, folder: Path) -> Path:
    with page.expect_download() as coming:
        page.click("[data-draft]")
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    expect(page.locator(".tray-said")).to_contain_text(path.name)
    return path


def hand_in(page: Page, path: Path) -> None:
    page.goto("/drafts/")
    page.set_input_files("#draft", path)
    page.click(".dock button")
    expect(page.locator("main")).to_contain_text("新收下", timeout=WAIT)


@pytest.fixture
def stranded(page: Page, stage: Stage) -> Page:
    """A phone that holds two answers, two photos and a drawing, and reaches no portal."""
    open_form(page, stage.inspections[0], stage.cast["inspector"])
    page.route(re.compile(r"/(sync|photos|session)/"), lambda route: route.abort())
    tap(page, "yes", "not_met")
    tap(page, "choice", "partly")
    take(page, picture(800, 600), picture(300, 400))
    expect(page.locator(".photo-state")).to_have_text(["已存在本机"] * 2, timeout=WAIT)
    page.locator("[data-photo=mark]").first.click()
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    page.locator("#annotate canvas").focus()
    for key in ["Enter", *["ArrowRight"] * 4, "Enter"]:
        page.keyboard.press(key)
    page.click("#annotate [data-save]")
    expect(page.locator(".photo-state")).to_have_count(3)
    return page


def test_draft_imported_twice_on_another_device_is_there_once(
    stranded: Page, stage: Stage, new_page: Callable[..., Any], tmp_path: Path
) -> None:
    person = stage.cast["inspector"]
    path = exported(stranded, tmp_path)
    draft = json.loads(path.read_text())
    assert len(draft["mutations"]) == 2
    assert len(draft["photos"]) == 3
    other = new_page(1280, 900)
    enter(other, stage.cast["lead_inspector"])
    hand_in(other, path)
    expect(other.locator("main")).to_contain_text("新收下 2 项，已有 0 项")
    expect(other.locator("main")).to_contain_text("新收下 3 张，已有 0 张")
    hand_in(other, path)
    expect(other.locator("main")).to_contain_text("新收下 0 项，已有 2 项")
    expect(other.locator("main")).to_contain_text("新收下 0 张，已有 3 张")
    assert (AnswerEvent.objects.count(), Photo.objects.count()) == (2, 3)
    assert {event.captured_by for event in AnswerEvent.objects.all()} == {person}
    # The phone itself comes back: it finds everything there already, and gives up its own copies.
    stranded.unroute(re.compile(r"/(sync|photos|session)/"))
    stranded.reload()
    verified(stranded, 3)
    expect(stranded.locator(".bar-state")).to_contain_text("全部已发送", timeout=WAIT)
    assert (AnswerEvent.objects.count(), Photo.objects.count()) == (2, 3)
    stored = {str(photo.pk): photo.received_sha256 for photo in Photo.objects.all()}
    assert stored == {row["id"]: row["sha256"] for row in kept(stranded, person)}
    assert not any(row["kept"] for row in kept(stranded, person))


def test_what_is_corrected_after_the_export_follows_the_file(
    stranded: Page, stage: Stage, new_page: Callable[..., Any], tmp_path: Path
) -> None:
    path = exported(stranded, tmp_path)
    other = new_page(1280, 900)
    enter(other, stage.cast["lead_inspector"])
    hand_in(other, path)
    tap(stranded, "yes", "met")
    stranded.on("dialog", lambda dialog: dialog.accept())
    stranded.locator("[data-remove]").nth(1).click()
    expect(stranded.locator(".photo-state:visible")).to_have_count(2)
    stranded.unroute(re.compile(r"/(sync|photos|session)/"))
    stranded.reload()
    # Nobody contradicts himself, and what was taken out after the export is taken out on the portal too.
    expect(stranded.locator(".bar-state")).to_contain_text("全部已发送", timeout=WAIT)
    verified(stranded, 2)
    answer = Answer.objects.get(item__code="yes")
    assert (answer.status, answer.version) == ("met", 2)
    assert not Conflict.objects.exists()
    assert Photo.objects.filter(removed_at=None).count() == 2


def test_phone_without_anything_unsent_says_so(page: Page, stage: Stage) -> None:
    open_form(page, stage.inspections[0], stage.cast["inspector"])
    page.click("[data-draft]")
    expect(page.locator(".tray-said")).to_contain_text("不用导出", timeout=WAIT)


def test_own_page_of_the_device_sends_photos_and_shows_the_meter(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    page.route("**/photos/**", lambda route: route.abort())
    take(page, picture(800, 600))
    expect(page.locator(".photo-state")).to_have_text("已存在本机", timeout=WAIT)
    (row,) = kept(page, person)
    page.unroute("**/photos/**")
    page.goto("/field/")
    expect(page.locator("[data-meter]")).to_contain_text("待传 0 KB", timeout=WAIT)
    (photo,) = Photo.objects.exclude(arrived_at=None)
    assert photo.received_sha256 == row["sha256"]


# ---- conflicts


def test_lead_settles_a_conflict_and_the_form_says_so(stage: Stage, new_page: Callable[..., Any]) -> None:
    inspection = stage.inspections[0]
    phone, lead = new_page(375), new_page(375)
    open_form(phone, inspection, stage.cast["inspector"])
    phone.context.set_offline(True)
    tap(phone, "yes", "not_met")
    open_form(lead, inspection, stage.cast["lead_inspector"])
    tap(lead, "yes", "met")
    expect(lead.locator(".bar-state")).to_contain_text("全部已发送", timeout=WAIT)
    phone.context.set_offline(False)
    clash = phone.locator("[data-item='yes'] .clash a")
    expect(clash).to_be_visible(timeout=WAIT)
    clash.click()
    expect(phone.locator(".side")).to_have_count(2)
    expect(phone.locator(".side button")).to_have_count(0)
    expect(phone.locator("main")).to_contain_text("由lead_inspector选定")
    lead.goto("/tasks/")
    lead.get_by_role("link", name=re.compile("请您选定")).click()
    lead.locator(".side", has_text="不合格").get_by_role("button").click()
    expect(lead.locator("#messages")).to_contain_text("已选定")
    expect(lead.locator("main")).to_contain_text("没有填写不同的项")
    assert not Conflict.objects.open().exists()
    assert Answer.objects.get().value is False
    assert [event.outcome for event in AnswerEvent.objects.all()] == ["applied", "conflict", "settled"]
    lead.get_by_role("link", name="返回检查表").click()
    expect(lead.locator("[data-item='yes'] [value=not_met]")).to_be_checked()
    # The answer is the inspector's, and the decision the lead's.
    lead.get_by_role("link", name="回执").click()
    whose = lead.locator(".receipt td", has_text="选定")
    expect(whose).to_have_text(re.compile(r"^inspector\s*lead_inspector于.*选定$", re.DOTALL))


def test_settling_works_without_script(stage: Stage, new_page: Callable[..., Any]) -> None:
    inspection = stage.inspections[0]
    Device(stage.cast["inspector"], inspection).sync(mutation("yes", True))
    Device(stage.cast["lead_inspector"], inspection).sync(mutation("yes", False))
    page = new_page(375, java_script_enabled=False)
    enter(page, stage.cast["lead_inspector"])
    page.goto(f"/inspections/{inspection.pk}/conflicts/")
    page.locator(".side button").last.click()
    expect(page.locator("#messages")).to_contain_text("已选定")
    assert Answer.objects.get().value is False


# ---- receipts


def test_receipt_counts_what_the_phone_has_verified(page: Page, stage: Stage, tmp_path: Path) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    tap(page, "yes", "not_met")
    take(page, *(picture(300 + n, 200) for n in range(4)))
    verified(page, 4)
    expect(page.locator(".bar-state")).to_contain_text("全部已发送", timeout=WAIT)
    page.get_by_role("link", name="回执").click()
    expect(page.locator(".figures")).to_contain_text("4 / 4")
    expect(page.locator(".figures")).to_contain_text("1 / 6")
    shown = page.locator(".receipt section").nth(1).locator("tbody code.d-print-block").all_text_contents()
    assert set(shown) == {row["sha256"] for row in kept(page, person)}
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载签名回执").click()
    coming.value.save_as(tmp_path / "receipt.json")
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert {photo["sha256"] for photo in receipt["photos"]} == set(shown)
    assert len(receipt["signature"]) == 64


# ---- on paper


def printed(page: Page) -> list[str]:
    """The text of each page of the document as it would be printed."""
    page.emulate_media(media="print")
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    for sheet in document:
        width, height = sheet.get_size()
        assert (round(width), round(height)) == (595, 842)
    return [sheet.get_textpage().get_text_range() for sheet in document]


def test_form_on_paper_has_every_item_and_names_itself_on_each_page(new_page: Callable[..., Any]) -> None:
    stage = make_stage(townships=1)
    inspection = stage.inspections[0]
    page = new_page(1280, 900)
    enter(page, stage.cast["inspector"])
    page.goto(f"/inspections/{inspection.pk}/paper/")
    expect(page.locator("[data-print]")).to_be_visible()
    sheets = printed(page)
    assert 4 <= len(sheets) <= 7
    for number, text in enumerate(sheets, start=1):
        assert number_of(inspection) in text
        assert inspection.center.name in text
        assert f"{number} / {len(sheets)}" in text
    whole = re.sub(r"\s", "", "".join(sheets))
    for entry in checklist(inspection.edition_id, inspection.kind).entries:
        assert re.sub(r"\s", "", entry.item.title) in whole
    assert "检查员（签名）" in sheets[-1]
    assert "印上次结果" not in whole
    assert "照着录入" not in whole


def test_receipt_is_printed_whole(page: Page, stage: Stage) -> None:
    inspection = stage.inspections[0]
    device = Device(stage.cast["inspector"], inspection)
    device.sync(mutation("yes", True))
    sha256 = device.upload(jpeg("red", (200, 150)))["sha256"]
    enter(page, stage.cast["inspector"])
    page.goto(f"/inspections/{inspection.pk}/receipt/")
    whole = re.sub(r"\s", "", "".join(printed(page)))
    assert sha256 in whole
    assert "下载签名回执" not in whole


# ---- every page, both languages, three widths


def prepared(stage: Stage) -> list[str]:
    inspection = stage.inspections[0]
    first, second = (
        Device(stage.cast["inspector"], inspection),
        Device(stage.cast["lead_inspector"], inspection),
    )
    first.upload(jpeg("red", (200, 150)))
    first.announce(jpeg("blue", (200, 150)))
    first.sync(mutation("yes", True), mutation("area", "120", note="现场量取"), mutation("choice", "met"))
    second.sync(mutation("yes", False, note="没有看到"), mutation("choice", "partly"))
    actions.settle(
        inspection=inspection, code="choice", event=AnswerEvent.objects.latest("pk").pk, seen=1,
        by=stage.cast["lead_inspector"], now=timezone.now(),
    )  # fmt: skip
    base = f"/inspections/{inspection.pk}/"
    records = [f"{base}{name}/" for name in ("conflicts", "check", "receipt")]
    return [base, *records, f"{base}paper/?previous", "/drafts/", "/tasks/"]


@pytest.mark.parametrize("role", ["lead_inspector", "inspector"])
def test_pages_are_accessible_and_fit(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]], stage: Stage, role: str
) -> None:
    addresses = prepared(stage)
    page = new_page(375)
    enter(page, stage.cast[role])
    faults = {}
    for language in ("zh", "en"):
        if language == "en":
            in_english(page)
        for address in addresses:
            page.goto(address)
            for width in (320, 375, 1280):
                page.set_viewport_size({"width": width, "height": TALL})
                faults[language, address, width] = overflow(page) + axe(page)
    assert {place: found for place, found in faults.items() if found} == {}


def overflow(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def test_answer_of_a_draft_is_accessible(
    stranded: Page,
    stage: Stage,
    axe: Callable[[Any], list[str]],
    tmp_path: Path,
    new_page: Callable[..., Any],
) -> None:
    path = exported(stranded, tmp_path)
    Device(stage.cast["lead_inspector"], stage.inspections[0]).sync(mutation("yes", True))
    other = new_page(375)
    enter(other, stage.cast["lead_inspector"])
    hand_in(other, path)
    expect(other.locator("main")).to_contain_text("由组长选定")
    for width in (320, 375, 1280):
        other.set_viewport_size({"width": width, "height": 800})
        assert overflow(other) + axe(other) == []


def test_photos_with_every_state_are_accessible(
    page: Page, stage: Stage, axe: Callable[[Any], list[str]]
) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(300, 200))
    verified(page, 1)
    page.route("**/photos/**", lambda route: route.abort())
    take(page, picture(300, 300))
    take(page, {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(page.locator("[data-item='yes'] .photo-said")).to_contain_text("读不出", timeout=WAIT)
    for width in (320, 375, 1280):
        page.set_viewport_size({"width": width, "height": TALL})
        assert overflow(page) + axe(page) == []
