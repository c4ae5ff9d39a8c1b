"""Every page in a real browser: axe finds nothing, nothing runs out of the screen, both languages."""

import io
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from inspections import actions as inspecting
from inspections.answers import check
from inspections.checklist import checklist, checklist_of
from inspections.models import Finding, Inspection
from organization.models import Assignment, Region, Role
from reports import actions as reporting
from reports import tasks
from reports.geojson import Shape
from reports.models import Job, OfficialDocument
from standards.actions import copy_edition
from tests.factories import make_user
from tests.repairs import REPLY, add_photo, publish
from tests.stage import Stage, draft, given, make_stage, submit
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = [
    "/account/",
    "/account/data/",
    "/privacy/",
    "/standards/",
    "/standards/shenfuban-2021-13/2021/",
    "/nowhere/",
]


def pages(stage: Stage) -> dict[str, list[str]]:
    """Addresses by role; what one role has seen another need not see again."""
    done, open_ = stage.inspections[0], stage.inspections[1]
    notice = draft(stage, submit(stage, done))
    job = reporting.start_job(
        kind=Job.Kind.ISSUE, round=stage.round, by=stage.cast["administrator"], now=timezone.now()
    )
    center, person = stage.county.centers[stage.county.townships[0].code], stage.cast["inspector"]
    return {
        "anonymous": ["/login/"],
        "newcomer": ["/"],
        "lead_inspector": [
            "/tasks/",
            f"/inspections/{open_.pk}/",
            f"/inspections/{open_.pk}/check/",
            *EVERYBODY,
        ],
        "township_staff": ["/our-centers/", f"/inspections/{done.pk}/score/", "/findings/", "/documents/"],
        "administrator": [
            "/county/",
            "/rounds/",
            "/rounds/new/",
            f"/rounds/{stage.round.pk}/",
            "/findings/",
            "/documents/",
            f"/documents/{notice.pk}/",
            f"/documents/{notice.pk}/edit/",
            f"/offices/{notice.body_id}/numbers/",
            f"/offices/{notice.body_id}/wording/notice/",
            "/issuing-body/",
            "/jobs/",
            f"/jobs/{job.pk}/",
            "/centers/",
            f"/centers/{center.pk}/",
        ],
        "signatory": [f"/documents/{notice.pk}/", f"/offices/{notice.body_id}/seals/"],
        "security_administrator": [
            "/people/",
            "/people/new/",
            "/people/import/",
            "/account/second-factor/",
            f"/people/{person.pk}/",
        ],
        "audit_administrator": ["/audit/"],
    }


def opened(page: Page, stage: Stage, role: str) -> None:
    if role == "newcomer":
        enter(page, make_user("newcomer"))
    elif role != "anonymous":
        enter(page, stage.cast[role])


def in_english(page: Page) -> None:
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url}])


@pytest.mark.parametrize(
    "role",
    [
        "anonymous",
        "newcomer",
        "lead_inspector",
        "township_staff",
        "administrator",
        "signatory",
        "security_administrator",
        "audit_administrator",
    ],
)
def test_pages_are_accessible_and_fit(
    role: str, new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    stage = make_stage(townships=2, is_demonstration=True)
    addresses = pages(stage)[role]
    page = new_page(375)
    opened(page, stage, role)
    faults = {}
    for language in ("zh", "en"):
        if language == "en":
            page.goto("/login/") if page.url == "about:blank" else None
            in_english(page)
        for address in addresses:
            page.goto(address)
            assert page.locator("h1").count() == 1, address
            for width in (320, 375, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                faults[language, address, width] = _overflow(page) + (axe(page) if width != 320 else [])
    assert {place: found for place, found in faults.items() if found} == {}


def _overflow(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def test_issued_and_withdrawn_documents_are_accessible(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    """The township's page, the steps with their boxes open, and the public page without a login."""
    stage = make_stage(townships=1)
    notice = draft(stage, submit(stage, stage.inspections[0]))
    now, signatory = timezone.now(), stage.cast[Role.SIGNATORY]
    reporting.issue_document(document=notice, by=signatory, now=now)
    faults: dict[Any, list[str]] = {}
    for role in ("township_staff", "administrator", "signatory"):
        page = new_page(375)
        enter(page, stage.cast[role])
        faults |= seen(page, f"/documents/{notice.pk}/", axe, role)
    reporting.withdraw(document=notice, words="对象有误", by=signatory, now=now)
    faults |= seen(new_page(375), f"/verify/{notice.token}/", axe, "public")
    assert {place: found for place, found in faults.items() if found} == {}


def repairs(stage: Stage) -> dict[str, Finding]:
    """A notice acknowledged; a finding under repair, one reported, one with requests, one closed."""
    publish(timezone.localdate().year)
    notice = draft(stage, submit(stage, stage.inspections[0]))
    now, county, staff = timezone.now(), stage.cast["administrator"], stage.cast["township_staff"]
    reporting.issue_document(document=notice, by=stage.cast[Role.SIGNATORY], now=now)
    reporting.acknowledge(document=notice, person="马会玲", by=staff, now=now)
    found = Finding.objects.filter(mode="fixed_term").order_by("due_on", "pk")[:4]
    rows = dict(zip(("begun", "reported", "asked", "closed"), found, strict=True))
    for name in ("begun", "reported", "closed"):
        inspecting.save_reply(finding=rows[name], fields=REPLY, by=staff, now=now)
        add_photo(rows[name], staff)
    for name in ("reported", "closed"):
        inspecting.report(finding=rows[name], by=staff, now=now)
    closed = rows["closed"]
    inspecting.review(findings=[closed], move_name="close", words={closed.pk: "同意"}, by=county, now=now)
    asked = rows["asked"]
    assert asked.due_on is not None
    until = asked.due_on + timedelta(days=30)
    inspecting.ask_extension(finding=asked, until=until, reason="等设备", by=staff, now=now)
    inspecting.object_to(finding=asked, reason="当天就有", by=staff, now=now)
    return rows


def figures_and_drafts(stage: Stage, asked: Finding) -> list[str]:
    """What the county learns, an objection to decide, and an edition that is drafted and rehearsed."""
    by = {"by": stage.cast["administrator"], "now": timezone.now()}
    draft = copy_edition(edition=stage.edition, **by)
    rehearsal = reporting.start_rehearsal(
        edition=draft, rounds=[stage.round], region=stage.county.region, **by
    )
    tasks.rehearse(str(rehearsal.pk))
    square = ((1_140_000, -360_000), (1_141_000, -360_000), (1_141_000, -359_000), (1_140_000, -359_000))
    shapes = [Shape(1, stage.county.townships[0].code, "", (square,))]
    reporting.load_boundaries(region=stage.county.region, shapes=shapes, source="标准地图", **by)
    objection = asked.requests.get(kind="objection")
    standard = f"/standards/{draft.standard}"
    return [
        f"/regions/{stage.county.region.code}/",
        f"/regions/{stage.county.townships[0].code}/",
        f"/regions/{stage.county.region.code}/boundaries/",
        "/county/lessons/",
        f"/requests/{objection.pk}/correct/",
        f"/inspections/{asked.inspection_id}/comparison/",
        f"{standard}/{stage.edition.edition}/efforts/",
        f"{standard}/{draft.edition}/draft/",
        f"{standard}/{draft.edition}/changes/",
        "/rehearsals/",
        f"/rehearsals/{rehearsal.pk}/",
        f"/rehearsals/{rehearsal.pk}/inspections/{asked.inspection_id}/",
    ]


@pytest.mark.parametrize("role", ["township_staff", "administrator"])
def test_pages_from_finding_to_close_out_are_accessible(
    role: str, new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    stage = make_stage(townships=1)
    rows = repairs(stage)
    addresses = [f"/findings/{row.pk}/" for row in rows.values()] + ["/findings/?state=open", "/messages/"]
    if role == "administrator":
        addresses += ["/county/", "/inbox/", "/rectification/", "/calendar/new/"]
        addresses.append(f"/calendar/{timezone.localdate().year}/")
        addresses += figures_and_drafts(stage, rows["asked"])
    else:
        notice = OfficialDocument.objects.get()
        addresses += ["/village-people/", "/village-people/new/"]
        addresses += [f"/inspections/{notice.inspection_id}/{name}/" for name in ("feedback", "comparison")]
        addresses += ["/our-centers/", "/calendar/", f"/documents/{notice.pk}/"]
        addresses.append(f"/inspections/{notice.inspection_id}/score/")
    page = new_page(375)
    enter(page, stage.cast[role])
    faults: dict[Any, list[str]] = {}
    for address in addresses:
        page.context.clear_cookies(name="django_language")
        faults |= {(address, *place): found for place, found in seen(page, address, axe, role).items()}
    assert {place: found for place, found in faults.items() if found} == {}


class Sure(random.Random):
    """No chance at all: `given` answers everything well."""

    def random(self) -> float:
        return 0.0


def looked_at_again(stage: Stage, rows: dict[str, Finding]) -> list[str]:
    """One objection upheld, another to be answered, a re-inspection to be filled: the pages of these."""
    now, county = timezone.now(), stage.cast["administrator"]
    asked, closed = rows["asked"].requests.get(kind="objection"), rows["closed"]
    begun, inspection = rows["begun"], closed.inspection
    entry = checklist(inspection.edition_id, inspection.kind).by_pk[begun.item_id]
    other = inspecting.object_to(finding=begun, reason="当天就有", by=stage.cast["township_staff"], now=now)
    reporting.correct_score(
        request=other, given=given(entry, inspection.kind, Sure()), words="经核实", by=county, now=now
    )
    again = inspecting.order_reinspection(
        inspection=inspection, people=[county], lead=county, ends_on=timezone.localdate(), by=county, now=now
    )
    notice = OfficialDocument.objects.get()
    return [
        f"/requests/{asked.pk}/correct/",
        f"/inspections/{inspection.pk}/score/",
        "/documents/",
        f"/documents/{notice.pk}/",
        f"/inspections/{again.pk}/",
    ]


def test_pages_of_corrections_and_re_inspections_are_accessible(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    stage = make_stage(townships=1)
    rows = repairs(stage)
    county = stage.cast["administrator"]
    Assignment.objects.create(user=county, role=Role.LEAD_INSPECTOR, region=stage.county.region)
    page = new_page(375)
    enter(page, county)
    order = f"/inspections/{rows['closed'].inspection_id}/reinspect/"
    faults = {(order, *place): found for place, found in seen(page, order, axe, "county").items()}
    county = type(county).objects.get(pk=county.pk)
    stage.cast["administrator"] = county
    addresses = looked_at_again(stage, rows)
    again = Inspection.objects.get(reinspects=rows["closed"].inspection_id)
    for address in addresses:
        page.context.clear_cookies(name="django_language")
        faults |= {(address, *place): found for place, found in seen(page, address, axe, "county").items()}
    for entry in checklist_of(again).entries:
        good = check(given(entry, again.kind, Sure()), entry.item, again.kind)
        inspecting.save_answers(inspection=again, checked={entry: good}, by=county, now=timezone.now())
    reporting.submit(inspection=again, by=county, now=timezone.now())
    result = f"/inspections/{again.pk}/score/"
    page.context.clear_cookies(name="django_language")
    faults |= {(result, *place): found for place, found in seen(page, result, axe, "county").items()}
    assert {place: found for place, found in faults.items() if found} == {}


def seen(page: Page, address: str, axe: Callable[[Any], list[str]], who: str) -> dict[Any, list[str]]:
    """What axe finds in both languages at two widths, with every box of the page open."""
    faults = {}
    for language in ("zh", "en"):
        page.goto(address)
        if language == "en":
            in_english(page)
            page.reload()
        for box in page.locator("details > summary.btn").all():
            box.click()
        page.evaluate("document.querySelectorAll('details.fold').forEach(one => { one.open = true })")
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            faults[who, language, width] = axe(page) + _overflow(page)
    return faults


def test_home_and_page_of_a_province_are_accessible_and_wide_tables_show_that_they_go_on(
    new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    stage = make_stage(townships=2)
    draft(stage, submit(stage, stage.inspections[0]))
    place = Region.objects.get(code="410000000000")
    page = new_page(375)
    enter(page, make_user("province", [(Role.ADMINISTRATOR, place)]))
    faults: dict[Any, list[str]] = {}
    for address in ("/county/", f"/regions/{place.code}/"):
        page.context.clear_cookies(name="django_language")
        faults |= {(address, *on): found for on, found in seen(page, address, axe, "province").items()}
    assert {on: found for on, found in faults.items() if found} == {}
    page.set_viewport_size({"width": 375, "height": 800})
    table = page.locator("#ranking .scroller")
    assert table.evaluate("one => one.scrollWidth > one.clientWidth")
    right, left = _edges(table)
    assert right < left == 1
    table.evaluate("one => { one.scrollLeft = one.scrollWidth }")
    assert _edges(table)[0] == 1


def _edges(table: Any) -> list[float]:
    """How bright the right and the left edge of a table's last row are, beside its middle."""
    picture = Image.open(io.BytesIO(table.screenshot())).convert("L")
    y = picture.height - 9
    return [
        picture.getpixel((x % picture.width, y)) / picture.getpixel((picture.width // 2, y)) for x in (-4, 4)
    ]


def test_preview_follows_what_is_typed_and_the_button_does_without_script(
    new_page: Callable[..., Any],
) -> None:
    stage = make_stage(townships=1)
    notice = draft(stage, submit(stage, stage.inspections[0]))
    for script in (True, False):
        page = new_page(1280, java_script_enabled=script)
        enter(page, stage.cast["administrator"])
        page.goto(f"/documents/{notice.pk}/edit/")
        page.fill("[name=closing]", "特此通知，请遵照执行。")
        if not script:
            page.click("button[name=preview]")
        expect(page.locator("#text")).to_contain_text("特此通知，请遵照执行。")
        page.fill("[name=closing]", "请{某某}办理")
        if not script:
            page.click("button[name=preview]")
        expect(page.locator("#text")).to_contain_text("“{某某}”不是可用的占位词")
    notice.refresh_from_db()
    assert notice.wording == {}
