"""Every address of the app by every role, from another county, from next door and without a login."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.actions import object_to
from inspections.answers import Given
from organization.models import AuditEntry, Role, User
from reports import actions, tasks
from reports.models import IssuingBody, Job, NumberSequence, OfficialDocument, Rehearsal
from reports.urls import urlpatterns
from tests.factories import make_user
from tests.reports.seals import add_seal
from tests.small_stage import NOW, Stage, answer, drafted, issued, later, submit_by, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}
ALL = dict.fromkeys(Role.values, 200)
NONE = dict.fromkeys(Role.values, 403)
WRITERS = dict.fromkeys(("administrator", "reviewer", "signatory"), 200)
READERS = WRITERS | {"township_staff": 200}
NO_ADMINISTRATOR = ("reviewer", "signatory", "township_staff")
INSPECTORS = dict.fromkeys(("inspector", "lead_inspector"), 200)
# For each page: how it is asked, what it is about, and the answer by role; who is not named finds nothing.
# The submitted inspection and its issued notice are of the first township, where the staff work.
PAGES: dict[str, tuple[str, str, dict[str, int]]] = {
    "county": ("get", "", NONE | WRITERS),
    "lessons": ("get", "", NONE | WRITERS),
    "region": ("get", "region", WRITERS),
    "region-table": ("post", "region_table", WRITERS),
    "boundaries": ("get", "county", {"administrator": 200, "reviewer": 403, "signatory": 403}),
    "boundaries-remove": ("post", "county", {"administrator": 302, "reviewer": 403, "signatory": 403}),
    "our-centers": ("get", "", NONE | {"township_staff": 200}),
    "finding-list": ("get", "", ALL),
    "document-list": ("get", "", ALL),
    "issuing-body": ("get", "", NONE | {"administrator": 200}),
    "score": ("get", "submitted", READERS | INSPECTORS),
    "comparison": ("get", "submitted", READERS | dict.fromkeys(INSPECTORS, 403)),
    "comparison-table": ("post", "submitted", READERS | dict.fromkeys(INSPECTORS, 403)),
    "comparison-csv": ("post", "submitted", READERS | dict.fromkeys(INSPECTORS, 403)),
    "document": ("get", "issued", READERS),
    "document-pdf": ("get", "issued", READERS),
    "document-page": ("get", "page", READERS),
    "document-edit": ("get", "draft", WRITERS | {"signatory": 403}),
    "document-preview": ("post", "draft", WRITERS | {"signatory": 403}),
    "document-check": ("post", "draft", {"administrator": 302, "reviewer": 302, "signatory": 403}),
    "document-sign": ("post", "draft", {"administrator": 302, "signatory": 302, "reviewer": 403}),
    "document-send-back": ("post", "checked", dict.fromkeys(WRITERS, 302)),
    "document-issue": ("post", "draft", {"administrator": 302, "signatory": 302, "reviewer": 403}),
    "document-deliver": (
        "post",
        "issued",
        {"administrator": 400, "reviewer": 400, "signatory": 403, "township_staff": 403},
    ),
    "document-acknowledge": ("post", "issued", dict.fromkeys(WRITERS, 403) | {"township_staff": 302}),
    "document-withdraw": (
        "post",
        "issued",
        {"administrator": 302, "signatory": 302, "reviewer": 403, "township_staff": 403},
    ),
    "document-receipt": ("post", "issued", dict.fromkeys(READERS, 302)),
    "request-correct": ("get", "objection", {"administrator": 200} | dict.fromkeys(NO_ADMINISTRATOR, 403)),
    "document-supersede": (
        "post",
        "overtaken",
        {"administrator": 302} | dict.fromkeys(NO_ADMINISTRATOR, 403),
    ),
    "document-replace": (
        "post",
        "withdrawn",
        {"administrator": 302, "reviewer": 302, "signatory": 403, "township_staff": 403},
    ),
    "circular-draft": ("post", "round", {"administrator": 302, "reviewer": 302, "signatory": 403}),
    "register": ("get", "office", WRITERS),
    "wording": ("get", "wording", WRITERS | {"signatory": 403}),
    "wording-preview": ("post", "wording", WRITERS | {"signatory": 403}),
    "seals": ("get", "office", {"administrator": 403, "reviewer": 403, "signatory": 200}),
    "seal-image": ("get", "seal", {"administrator": 403, "reviewer": 403, "signatory": 200}),
    "seal-retire": ("post", "seal", {"administrator": 403, "reviewer": 403, "signatory": 302}),
    "notice-draft": (
        "post",
        "submitted",
        {"administrator": 302, "reviewer": 302, "signatory": 403, "township_staff": 403}
        | dict.fromkeys(INSPECTORS, 403),
    ),
    "opinion-draft": (
        "post",
        "submitted",
        {"administrator": 302, "reviewer": 302, "signatory": 403, "township_staff": 403}
        | dict.fromkeys(INSPECTORS, 403),
    ),
    "notices-draft": ("post", "", NONE | {"administrator": 302, "reviewer": 302}),
    "submit": ("post", "begun", {"lead_inspector": 302, "inspector": 403} | dict.fromkeys(WRITERS, 403)),
    "document-word": ("get", "issued", READERS),
    "round-issue": ("post", "round", {"administrator": 302, "signatory": 302, "reviewer": 403}),
    "round-export": ("post", "round", {"administrator": 302}),
    "round-print": ("post", "round", {"administrator": 302}),
    "round-scores": ("post", "round", WRITERS),
    "round-ledger": ("post", "round", WRITERS),
    "round-ledger-paper": ("post", "round", WRITERS),
    "score-report": ("post", "submitted", READERS | INSPECTORS),
    "feedback-paper": ("post", "told", READERS | dict.fromkeys(INSPECTORS, 403)),
    "finding-table": ("post", "", NONE | READERS),
    "finding-csv": ("post", "", NONE | READERS),
    "job-list": ("get", "", NONE | READERS),
    "job": ("get", "job", WRITERS),
    "job-progress": ("get", "job", WRITERS),
    "job-cancel": ("post", "job", {"administrator": 302, "reviewer": 403, "signatory": 403}),
    "job-retry": ("post", "job", {"administrator": 302, "reviewer": 403, "signatory": 403}),
    "job-file": ("get", "file", WRITERS),
    "rehearsal-list": ("get", "", NONE | {"administrator": 200}),
    # Without an edition and rounds the form is shown again with its faults.
    "rehearsal-start": ("post", "", NONE | {"administrator": 400}),
    "rehearsal": ("get", "rehearsal", {"administrator": 200}),
    "rehearsal-progress": ("get", "rehearsal", {"administrator": 200}),
    "rehearsal-center": ("get", "rehearsed", {"administrator": 200}),
    "rehearsal-table": ("post", "rehearsal", {"administrator": 200}),
    "rehearsal-cancel": ("post", "rehearsal", {"administrator": 302}),
}
# Open to everybody; tests/reports/views/test_verifying.py.
PUBLIC = {"verify"}
# About no row: tests/reports/test_lessons.py.
ABOUT_TABLES = {"lesson-table"}
# The person's own: tests/reports/views/test_saved_views.py.
ABOUT_TABLES |= {"view-save", "view-remove"}
# Everybody's, as the editions are: tests/reports/test_edition_changes.py.
ABOUT_TABLES |= {"edition-changes-table"}
# Once one has taken a step, the next one finds it taken.
ONCE = {"document-check": "checked", "document-sign": "signed", "document-issue": "issued"}
Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, stage: Stage, other: Stage, quick_pdf: Any) -> Ask:
    """Ask for a page; what it is about is brought about first."""
    submitted(stage, 0, **SHORT)

    def asked(page: str, user: User | None = None, method: str = "") -> Any:
        own, about, _ = PAGES[page]
        url = reverse(f"reports:{page}", args=arguments(stage, about))
        client.logout()
        if user:
            client.force_login(user)
        wanted = method or own
        return client.post(url) if wanted == "post" else getattr(client, wanted)(url)

    return asked


def arguments(stage: Stage, about: str) -> list[Any]:
    if about in ("office", "wording", "seal"):
        return of_office(stage, about)
    if about in ("job", "file"):
        return of_job(stage, about)
    if about in ("rehearsal", "rehearsed"):
        return of_rehearsal(stage, about)
    if about in ("objection", "overtaken"):
        return of_objection(stage, about)
    if about in ("issued", "page", "round", "withdrawn", "told"):
        return of_issued(stage, about)
    if about in ("begun", "draft", "checked"):
        return of_second(stage, about)
    township = stage.county.townships[0].code
    return {
        "": [],
        "submitted": [stage.inspections[0].pk],
        "region": [township],
        "county": [stage.county.region.code],
        "region_table": [township, "ranking", "xlsx"],
    }[about]


def of_issued(stage: Stage, about: str) -> list[Any]:
    """The first township's issued notice."""
    first = stage.inspections[0]
    notice = OfficialDocument.objects.numbered().filter(inspection=first).first() or issued(stage, first)
    if about == "withdrawn":
        actions.withdraw(document=notice, words="印错", by=stage.cast["signatory"], now=NOW)
    others = {"page": [notice.pk, 1], "round": [stage.round.pk], "told": [first.pk]}
    return others.get(about, [notice.pk])


def of_rehearsal(stage: Stage, about: str) -> list[Any]:
    """A rehearsal of the edition itself on the round; or its look at the first township's center."""
    made = Rehearsal.objects.first()
    if made is None:
        made = actions.start_rehearsal(
            edition=stage.edition, rounds=[stage.round], region=stage.county.region,
            by=stage.cast["administrator"], now=NOW,
        )  # fmt: skip
        tasks.rehearse(str(made.pk))
    return [made.pk] if about == "rehearsal" else [made.pk, stage.inspections[0].pk]


def of_objection(stage: Stage, about: str) -> list[Any]:
    """An objection to what the first township's notice says; or the notice once it is upheld."""
    notice = OfficialDocument.objects.get(pk=of_issued(stage, "issued")[0])
    finding = notice.inspection.findings.get()
    staff = stage.cast["township_staff"]
    asked = finding.requests.first() or object_to(finding=finding, reason="现场有", by=staff, now=NOW)
    if about == "overtaken" and asked.state == "asked":
        who = {"by": stage.cast["administrator"], "now": later(1)}
        actions.correct_score(request=asked, given=Given(True), words="经核实", **who)
    return [asked.pk if about == "objection" else notice.pk]


def of_second(stage: Stage, about: str) -> list[Any]:
    """The second township's inspection, filled in, or its draft."""
    second = stage.inspections[1]
    second.refresh_from_db()
    if second.state != "submitted":
        answer(second, stage.cast["inspector"], **SHORT)
    if about == "begun":
        return [second.pk]
    submit_by(second, stage.cast["lead_inspector"], NOW)
    draft = drafted(stage, second)
    if about == "checked" and draft.state == "draft":
        actions.check_document(document=draft, by=stage.cast["reviewer"], now=NOW)
    return [draft.pk]


def of_office(stage: Stage, about: str) -> list[Any]:
    body = IssuingBody.objects.get(region=stage.county.region)
    if about == "seal":
        seal = body.seal_images.first() or add_seal(body, stage.cast["signatory"])
        return [seal.pk]
    return [body.pk, "notice"] if about == "wording" else [body.pk]


def of_job(stage: Stage, about: str) -> list[Any]:
    """The first township's issued notice, exported by the administrator."""
    arguments(stage, "issued")
    job = Job.objects.first() or actions.start_job(
        kind=Job.Kind.EXPORT, round=stage.round, by=stage.cast["administrator"], now=NOW
    )
    tasks.work(str(job.pk))
    return [job.pk, 1] if about == "file" else [job.pk]


def test_table_names_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES) | PUBLIC | ABOUT_TABLES


@pytest.mark.parametrize("page", PAGES)
def test_page_by_every_role(ask: Ask, stage: Stage, page: str) -> None:
    """Those who may act come last, for what they do cannot be done again."""
    statuses = PAGES[page][2]
    for role, person in sorted(stage.cast.items(), key=lambda pair: statuses.get(pair[0], 404) < 400):
        before = AuditEntry.objects.filter(result="refused").count()
        expected = statuses.get(role, 404)
        # What was done by one is refused to the next.
        done = OfficialDocument.objects.filter(state=ONCE.get(page)).exists()
        if page in ONCE and expected == 302 and done:
            expected = 403
        response = ask(page, person)
        assert response.status_code == expected, role
        refused = AuditEntry.objects.filter(result="refused").count() - before
        assert refused == (response.status_code == 403), role
        if response.status_code == 403:
            assert response.context["reason"], role


@pytest.mark.parametrize("page", PAGES)
def test_nobody_without_a_login(ask: Ask, page: str) -> None:
    for method in ("get", "post"):
        response = ask(page, method=method)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("page", [page for page, (_, about, _) in PAGES.items() if about])
def test_another_county_and_next_door_find_nothing(ask: Ask, stage: Stage, other: Stage, page: str) -> None:
    third = "410523107"
    near = [make_user(f"{role}-near", [(role, region_of(third))]) for role in Role.values]
    for person in [*other.cast.values(), *near]:
        assert ask(page, person).status_code == 404, person
    assert not NumberSequence.objects.filter(last__gt=1).exists()


def region_of(code: str) -> Any:
    from tests.factories import make_region

    return make_region(code)


@pytest.mark.parametrize("page", ["document", "document-pdf", "document-page", "document-edit"])
def test_draft_is_not_found_by_the_township(client: Client, stage: Stage, quick_pdf: Any, page: str) -> None:
    notice = drafted(stage, submitted(stage, 0, **SHORT))
    url = reverse(f"reports:{page}", args=[notice.pk, 1] if page == "document-page" else [notice.pk])
    client.force_login(stage.cast["township_staff"])
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("page", [page for page, (method, _, _) in PAGES.items() if method == "get"])
def test_head_is_answered_as_get_without_a_body(ask: Ask, stage: Stage, page: str) -> None:
    """Proxies and monitors ask so whether a page is there."""
    role = next(role for role, status in PAGES[page][2].items() if status == 200)
    response = ask(page, stage.cast[role], "head")
    assert (response.status_code, b"".join(response)) == (200, b"")


@pytest.mark.parametrize("page", [page for page, (method, _, _) in PAGES.items() if method == "post"])
def test_get_of_what_changes_something_is_refused(ask: Ask, stage: Stage, page: str) -> None:
    assert ask(page, stage.cast["administrator"], "get").status_code == 405
    assert NumberSequence.objects.filter(last__gt=1).count() == 0


@pytest.mark.parametrize("place", [0, 1])
def test_score_that_is_not_there_yet_is_refused_in_words(client: Client, stage: Stage, place: int) -> None:
    if place:
        answer(stage.inspections[place], stage.cast["inspector"])
    for role in ("inspector", "lead_inspector", "administrator"):
        client.force_login(stage.cast[role])
        said = client.get(reverse("reports:score", args=[stage.inspections[place].pk]))
        assert said.status_code == 403
        assert "还没有提交，提交后才有得分" in said.content.decode()
    client.force_login(stage.cast["township_staff"])
    assert client.get(reverse("reports:score", args=[stage.inspections[place].pk])).status_code == 404
