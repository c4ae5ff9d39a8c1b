"""By keyboard alone: a township signs for its notice and sends files, the county closes several findings.

No click and no focus set by the test: what Tab does not reach, or reaches out of sight, fails.
"""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inspections import actions as inspecting
from inspections.models import Finding
from organization.models import Region, Role
from reports import actions as reporting
from reports.models import OfficialDocument
from tests.factories import make_user
from tests.repairs import add_photo, publish
from tests.small_stage import jpeg
from tests.stage import Stage, draft, make_stage, submit
from tests.test_journey import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (375, "zh-CN"), (1280, "en")])
MOST = 200
PARTLY = {"measure": "已订购", "responsible": "王强", "result": "partly", "done_on": None, "plan": "下周"}
# Where the focus is seen: in the window, with nothing over it, and with a ring around it. What is taller
# than the window cannot be; a date is several stops, of which the browser draws the last itself.
UNSEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "nowhere";
  const { left, right, top, bottom, height } = at.getBoundingClientRect();
  if (height > innerHeight) return "";
  if (top < 0 || bottom > innerHeight) return `out of sight: ${at.outerHTML.slice(0, 120)}`;
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  if (!at.contains(over) && !over?.contains(at)) return `covered: ${at.outerHTML.slice(0, 120)}`;
  if (at.tabIndex < 0 || at.type === "date") return "";
  return getComputedStyle(at).outlineStyle === "none" ? `no ring: ${at.outerHTML.slice(0, 120)}` : "";
}"""


def is_at(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(selector) => document.activeElement.matches(selector)", selector))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; on the way it is always seen."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if is_at(page, "body"):
            continue  # once around, by way of the browser's own bar
        assert page.evaluate(UNSEEN) == ""
        if is_at(page, selector):
            return
    raise AssertionError(f"Tab does not come to {selector}")


def go(page: Page, key: str = "Enter") -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def enter(page: Page, person: Any) -> None:
    person.set_password(PASSWORD)
    person.save()
    page.goto("/login/")
    assert is_at(page, "[name=username]")
    page.keyboard.type(person.username)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    go(page)


def told_of_a_notice() -> tuple[Stage, OfficialDocument]:
    this_year = timezone.localdate().year
    for year in range(this_year, this_year + 3):
        publish(year)
    stage = make_stage(townships=1)
    notice = draft(stage, submit(stage, stage.inspections[0]))
    reporting.issue_document(document=notice, by=stage.cast["signatory"], now=timezone.now())
    return stage, notice


def open_box(page: Page, key: str = "Enter") -> None:
    page.keyboard.press(key)
    expect(page.locator(".confirm-box:focus")).to_be_visible()


@SCREENS
def test_a_notice_is_signed_for_by_keyboard(new_page: Any, width: int, language: str) -> None:
    stage, notice = told_of_a_notice()
    page = new_page(width, 700, language)
    enter(page, stage.cast["township_staff"])
    tab_to(page, f"a[href='/documents/{notice.pk}/']")
    go(page)
    # The box takes the focus, and gives it back to the button that opened it.
    tab_to(page, "details.confirm > summary")
    open_box(page)
    assert page.evaluate("document.activeElement.getBoundingClientRect().bottom < innerHeight")
    page.keyboard.press("Escape")
    assert is_at(page, "details.confirm:not([open]) > summary")
    open_box(page)
    tab_to(page, ".confirm-box a")
    page.keyboard.press("Enter")
    assert is_at(page, "details.confirm:not([open]) > summary")
    open_box(page, "Space")
    tab_to(page, ".confirm-box [name=person]")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("李明")
    tab_to(page, ".confirm-box button")
    go(page)
    expect(page.locator("#messages .note-success")).to_be_visible()
    notice.refresh_from_db()
    assert (notice.state, notice.events.get(move="acknowledge").person) == ("acknowledged", "李明")
    # Every stop beside the long document is seen, down to the last; the form is what comes next.
    tab_to(page, ".acts button")
    with page.expect_download() as slip:
        page.keyboard.press("Enter")
    assert slip.value.suggested_filename.endswith(".pdf")
    tab_to(page, "aside details.fold:last-of-type > summary")
    tab_to(page, "a.btn-primary[href$='/feedback/']")
    go(page)
    tab_to(page, "textarea[name$=measure]")


def test_a_file_is_taken_out_by_keyboard_and_the_list_is_found_again_as_it_was(new_page: Any) -> None:
    stage, notice = told_of_a_notice()
    staff, now = stage.cast["township_staff"], timezone.now()
    reporting.acknowledge(document=notice, person="", by=staff, now=now)
    finding = notice.inspection.findings.first()
    for color in ("teal", "olive"):
        add_photo(finding, staff, jpeg(color), f"{color}.jpg")
    page = new_page(375, 700, "en")
    enter(page, staff)
    page.goto("/findings/?state=in_repair")
    tab_to(page, f"a[href^='/findings/{finding.pk}/']")
    go(page)
    tab_to(page, "[name=measure]")
    page.keyboard.type("Half a sentence")
    tab_to(page, "button[name=remove]")
    go(page)
    # The focus is where the files are, a few stops from the other one.
    assert is_at(page, "[name=files]")
    assert page.evaluate(UNSEEN) == ""
    expect(page.locator("[name=measure]")).to_have_value("Half a sentence")
    expect(page.locator("button[name=remove]")).to_have_count(1)
    tab_to(page, "button[name=remove]")
    tab_to(page, ".crumbs a")
    go(page)
    assert page.url.endswith("/findings/?state=in_repair")


def test_a_region_is_chosen_level_by_level_by_keyboard(new_page: Any) -> None:
    stage = make_stage(townships=2)
    submit(stage, stage.inspections[0])
    province = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])
    page = new_page(375, 700, "en")
    enter(page, province)
    page.goto("/findings/")
    tab_to(page, "[name=region]")
    for name in ("安阳市", "汤阴县", "城关镇"):
        names = [one.strip() for one in page.locator("[name=region] option").all_inner_texts()]
        at = page.evaluate("document.activeElement.selectedIndex")
        for _step in range(names.index(name) - at):
            page.keyboard.press("ArrowDown")
        tab_to(page, "form.filters button")
        go(page)
        # The next level is the next stop.
        page.keyboard.press("Tab")
        assert is_at(page, "[name=region]")
        assert page.evaluate(UNSEEN) == ""
    assert "region=410523100" in page.url


def reported() -> tuple[Stage, list[Finding]]:
    """Three findings of one notice that the township has reported."""
    stage, notice = told_of_a_notice()
    staff, now = stage.cast["township_staff"], timezone.now()
    reporting.acknowledge(document=notice, person="", by=staff, now=now)
    findings = list(Finding.objects.filter(inspection=notice.inspection).order_by("due_on", "pk")[:3])
    for finding in findings:
        inspecting.save_reply(finding=finding, fields=PARTLY, by=staff, now=now)
        inspecting.report(finding=finding, by=staff, now=now)
    return stage, findings


@SCREENS
def test_several_findings_are_closed_by_keyboard_each_with_its_reason(
    new_page: Any, width: int, language: str
) -> None:
    stage, (first, second, third) = reported()
    page = new_page(width, 700, language)
    enter(page, stage.cast["administrator"])
    tab_to(page, "a[href='/inbox/']")
    go(page)
    tab_to(page, f"#finding-{first.pk}")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("现场核实")
    # Enter, as after a word from an input method, closes nothing.
    page.keyboard.press("Enter")
    tab_to(page, f"[name=words-{second.pk}]")
    page.keyboard.type("材料齐全")
    tab_to(page, "form[action*='/inbox/close/'] .acts button")
    assert set(Finding.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)) == {
        "reported"
    }
    go(page)
    # One reason stands beside no tick: it is told, and leads there; nothing is forgotten.
    assert is_at(page, ".faults")
    tab_to(page, f".faults a[href='#finding-{second.pk}']")
    page.keyboard.press("Enter")
    assert is_at(page, f"#finding-{second.pk}")
    assert page.evaluate(UNSEEN) == ""
    page.keyboard.press("Space")
    expect(page.locator(f"#finding-{first.pk}")).to_be_checked()
    expect(page.locator(f"[name=words-{first.pk}]")).to_have_value("现场核实")
    tab_to(page, "form[action*='/inbox/close/'] .acts button")
    go(page)
    expect(page.locator("#messages .note-success")).to_be_visible()
    said = {row.pk: (row.state, [e.words for e in row.events.filter(move="close")]) for row in rows()}
    assert said[first.pk] == ("closed", ["现场核实"])
    assert said[second.pk] == ("closed", ["材料齐全"])
    assert said[third.pk] == ("reported", [])


def rows() -> list[Finding]:
    return list(Finding.objects.all())
