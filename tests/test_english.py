"""English pages speak English: Chinese on them are names, quotes and what is marked as the record's words."""

import re
from functools import reduce
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding, Inspection, Round
from organization.models import Region, Role, ServiceCenter, User
from reports.models import IssuingBody, OfficialDocument
from standards.models import Edition, Item, Section
from tests.factories import make_user
from tests.inspections.actions.test_reinspecting import fill, followed, order
from tests.reports.test_correcting import correct, notified
from tests.small_stage import NOW, Stage, answer, issued, later, small_stage, submit_by, submitted
from tests.small_standards import every_kind

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[\u4e00-\u9fff]+")
QUOTED = re.compile(r"“[^”]*”|《[^》]*》(（[^）]*）)?|〔[^〕]*〕")
SPOKEN = {"alt", "aria-label", "title", "placeholder", "data-label", "content"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "rect", "path", "use", "wbr"}
# Clauses as their document numbers them, and numbers of documents.
NUMBERS = re.compile(r"[一二三四五六七八九十]+、(（[一二三四五六七八九十]+）)?|\w+〔\d+〕\d+号")
LANGUAGES = ("中文",)
ELEMENTS = [one.title for item in every_kind().items() for one in getattr(item.measure, "elements", ())]
WINDOWS = Given({"total": "4", "compliant": "3"})
SHORT = {
    "yes": Given(False, note="x"),
    "area": Given("75"),
    "windows": WINDOWS,
}


class Spoken(HTMLParser):
    """What a page says, without the words that it marks as Chinese."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        marked = (given.get("lang") or "").startswith("zh") or tag in ("script", "style")
        if not (marked or self._silent()):
            self.said += [value or "" for name, value in attrs if name in SPOKEN]
        if tag not in VOID:
            self._open.append((tag, marked))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._silent():
            self.said.append(data)

    def _silent(self) -> bool:
        return any(marked for _tag, marked in self._open)


def names() -> list[str]:
    """What people, places, documents and the standard's own things are called, longest first."""
    asked = [
        *Region.objects.values_list("name"), *ServiceCenter.objects.values_list("name"),
        *User.objects.values_list("name"), *Round.objects.values_list("name", "plan_number"),
        *Edition.objects.values_list("title", "document_number"), *Item.objects.values_list("title"),
        *Section.objects.values_list("title"), ELEMENTS,
        *Finding.objects.values_list("finding"), *IssuingBody.objects.values_list("name", "contact"),
        *OfficialDocument.objects.values_list("title", "addressee", "copy_to"), LANGUAGES,
    ]  # fmt: skip
    return sorted({name for row in asked for name in row if name}, key=len, reverse=True)


def chinese_of(said: Any) -> set[str]:
    left = set()
    known = names()
    # A document's number that may break after its year is read as one.
    for text in Spoken(said.content.decode().replace('</span><wbr><span class="text-nowrap">', "")).said:
        bare = reduce(lambda words, name: words.replace(name, ""), known, text)
        if HAN.search(QUOTED.sub("", NUMBERS.sub("", bare))):
            left.add(" ".join(text.split())[:120])
    return left


@pytest.fixture
def stage(client: Client, db: None) -> Stage:
    client.cookies["django_language"] = "en"
    return small_stage()


def left_on(client: Client, *pages: str) -> dict[str, set[str]]:
    said = {page: client.get(page) for page in pages}
    assert {page: one.status_code for page, one in said.items() if one.status_code != 200} == {}
    return {page: found for page, one in said.items() if (found := chinese_of(one))}


def test_pages_of_an_inspection(client: Client, stage: Stage) -> None:
    being, done = stage.inspections[1], submitted(stage, 0, **SHORT)
    answer(being, stage.cast["inspector"], **SHORT)
    client.force_login(stage.cast["inspector"])
    pages = [reverse(f"inspections:{name}", args=[being.pk]) for name in ("form", "check", "paper")]
    pages += [reverse("inspections:task-list"), reverse("inspections:receipt", args=[done.pk])]
    assert left_on(client, *pages, reverse("reports:score", args=[done.pk])) == {}


def test_pages_of_what_was_looked_at_again_and_corrected(client: Client, stage: Stage) -> None:
    again = order(stage, followed(stage))
    fill(again, stage.cast["inspector"], choice=Given("met"), area=Given("160"), zones=Given(["guide"]))
    submit_by(again, stage.cast["lead_inspector"], later(3))
    second = notified(stage, 1, windows=WINDOWS)
    staff = make_user("second", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    asked = inspecting.object_to(finding=second.findings.get(), reason="x", by=staff, now=NOW)
    correct(stage, asked, Given({"total": "4", "compliant": "4"}), words="x")
    client.force_login(stage.cast["administrator"])
    said = client.get(reverse("reports:score", args=[again.pk])).content.decode()
    assert f"{stage.round.name} · re-inspection 1" in said
    assert "次复查" not in said
    rows = (again, Inspection.objects.get(pk=again.reinspects_id), second)
    scores = [reverse("reports:score", args=[row.pk]) for row in rows]
    assert left_on(client, *scores, reverse("inspections:finding", args=[asked.finding_id])) == {}


def test_pages_of_the_county(client: Client, stage: Stage) -> None:
    done = submitted(stage, 0, **SHORT)
    document = issued(stage, done)
    client.force_login(stage.cast["administrator"])
    county = stage.county.region.code
    pages = [
        reverse(f"reports:{name}") for name in ("county", "document-list", "finding-list", "rehearsal-list")
    ]
    pages += [reverse("reports:region", args=[county]), reverse("reports:document", args=[document.pk])]
    pages += [reverse("inspections:round-list"), reverse("inspections:round", args=[stage.round.pk])]
    pages += [reverse("inspections:inbox"), reverse("standards:edition-list")]
    pages.append(reverse("standards:edition", args=[stage.edition.standard, stage.edition.edition]))
    assert left_on(client, *pages) == {}


def test_pages_of_the_township(client: Client, stage: Stage) -> None:
    document = issued(stage, submitted(stage, 0, **SHORT))
    client.force_login(stage.cast["township_staff"])
    pages = [reverse(f"reports:{name}") for name in ("our-centers", "finding-list", "document-list")]
    pages += [reverse("inspections:message-list"), reverse("reports:document", args=[document.pk])]
    finding = Finding.objects.first()
    assert left_on(client, *pages, reverse("inspections:finding", args=[finding.pk])) == {}
