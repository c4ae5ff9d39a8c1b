"""Every address of the app by every role, from another county, from next door and without a login."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inspections.models import AnswerEvent, Inspection, Photo, Round
from inspections.urls import urlpatterns
from organization.models import AuditEntry, Role, User
from tests.factories import make_user
from tests.small_stage import Stage, add_photo, answer, jpeg, submit_by

pytestmark = pytest.mark.django_db

OWN = {"inspector": 200, "lead_inspector": 200}
OVERSEEN = {"administrator": 403, "reviewer": 403, "signatory": 403}
ADMINISTRATOR = {"administrator": 200}
# For each page: how it is asked, what it is about, and the answer by role; who is not named finds nothing.
PAGES: dict[str, tuple[str, str, dict[str, int]]] = {
    "task-list": ("get", "", dict.fromkeys(Role.values, 200)),
    "round-list": ("get", "", dict.fromkeys(Role.values, 403) | ADMINISTRATOR),
    "round-create": ("get", "", dict.fromkeys(Role.values, 403) | ADMINISTRATOR),
    "round": ("get", "round", ADMINISTRATOR),
    "round-centers": ("post", "round", {"administrator": 400}),
    "round-assign": ("post", "round", {"administrator": 400}),
    "round-take-out": ("post", "round", {"administrator": 302}),
    "round-self-check": ("post", "round", {"administrator": 400}),
    "form": ("get", "inspection", OWN | OVERSEEN),
    "check": ("get", "inspection", OWN | OVERSEEN),
    "offline": ("get", "inspection", OWN | OVERSEEN),
    "state": ("get", "inspection", OWN | OVERSEEN),
    "field": ("get", "", dict.fromkeys(Role.values, 200)),
    "answer-save": ("post", "item", OWN | OVERSEEN),
    "conflicts": ("get", "inspection", OWN | dict.fromkeys(OVERSEEN, 200)),
    "receipt": ("get", "inspection", OWN | dict.fromkeys(OVERSEEN, 200)),
    "receipt-file": ("get", "inspection", OWN | dict.fromkeys(OVERSEEN, 200)),
    "drafts": ("get", "", dict.fromkeys(Role.values, 200)),
    "paper": ("get", "inspection", OWN | dict.fromkeys(OVERSEEN, 200)),
    "photo-add": ("post", "item", dict.fromkeys(OWN, 201) | OVERSEEN),
    "section-save": ("post", "section", dict.fromkeys(OWN, 302) | OVERSEEN),
    "photo": ("get", "photo", OWN | dict.fromkeys(OVERSEEN, 200)),
    "photo-thumbnail": ("get", "photo", OWN | dict.fromkeys(OVERSEEN, 200)),
    "photo-remove": ("post", "photo", dict.fromkeys(OWN, 302) | OVERSEEN),
}
# The app's own files are nobody's; what devices deliver is asked in JSON (test_syncing, test_arriving).
OTHERS = {"worker", "manifest", "sync", "photo-announce", "photo-upload"}
# What follows an inspection stands in tests/access/rules.py: findings, messages, calendars.
OTHERS |= {
    "finding", "finding-reply", "finding-report", "finding-extension", "finding-objection", "finding-review",
    "feedback", "feedback-save", "feedback-report", "request-decide", "evidence",
    "evidence-thumbnail", "reinspect",
    "message-list", "messages-read", "messages-choose", "inbox", "inbox-close", "policy",
    "calendar-list", "calendar-year", "calendar-load",
}  # fmt: skip
EVERY_PAGE = pytest.mark.parametrize("page", PAGES)
Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, stage: Stage, other: Stage) -> Ask:
    """Ask for a page about the first township's inspection, begun and with a photo."""
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], yes=None)
    photo = add_photo(inspection, stage.cast["inspector"], jpeg())
    arguments = {
        "": [],
        "round": [stage.round.pk],
        "inspection": [inspection.pk],
        "item": [inspection.pk, "yes"],
        "section": [inspection.pk, "one"],
        "photo": [photo.pk],
    }

    def asked(page: str, user: User | None = None, method: str = "") -> Any:
        own, about, _ = PAGES[page]
        url = reverse(f"inspections:{page}", args=arguments[about])
        Photo.objects.filter(inspection__state="in_progress").update(removed_by=None, removed_at=None)
        client.logout()
        if user:
            client.force_login(user)
        data = {"i1-value": "met", "photo": SimpleUploadedFile("a.jpg", jpeg("white"))}
        wanted = method or own
        return client.post(url, data) if wanted == "post" else getattr(client, wanted)(url)

    return asked


def test_table_names_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES) | OTHERS


@EVERY_PAGE
def test_page_by_every_role(ask: Ask, stage: Stage, page: str) -> None:
    statuses = PAGES[page][2]
    for role, person in stage.cast.items():
        before = AuditEntry.objects.filter(result="refused").count()
        response = ask(page, person)
        assert response.status_code == statuses.get(role, 404), role
        refused = AuditEntry.objects.filter(result="refused").count() - before
        assert refused == (response.status_code == 403), role
        if response.status_code == 403:
            assert response.context["reason"], role


@EVERY_PAGE
def test_nobody_without_a_login(ask: Ask, page: str) -> None:
    for method in ("get", "post"):
        response = ask(page, method=method)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("page", [page for page, (_, about, _) in PAGES.items() if about])
def test_another_county_and_next_door_find_nothing(ask: Ask, stage: Stage, other: Stage, page: str) -> None:
    near = [make_user(f"{role}-near", [(role, stage.county.townships[1])]) for role in Role.values]
    photos, events = Photo.objects.count(), AnswerEvent.objects.count()
    for person in [*other.cast.values(), *near]:
        assert ask(page, person).status_code == 404, person
    assert (Photo.objects.count(), AnswerEvent.objects.count()) == (photos, events)


@pytest.mark.parametrize("page", [page for page, (method, _, _) in PAGES.items() if method == "get"])
def test_head_is_answered_as_get_without_a_body(ask: Ask, stage: Stage, page: str) -> None:
    """Proxies and monitors ask so whether a page is there."""
    role = next(role for role, status in PAGES[page][2].items() if status == 200)
    response = ask(page, stage.cast[role], "head")
    assert (response.status_code, b"".join(response)) == (200, b"")


@pytest.mark.parametrize("page", [page for page, (method, _, _) in PAGES.items() if method == "post"])
def test_get_of_what_changes_something_is_refused(ask: Ask, stage: Stage, page: str) -> None:
    assert ask(page, stage.cast["inspector"], "get").status_code == 405


@pytest.mark.parametrize("page", ["answer-save", "section-save", "photo-add", "photo-remove"])
def test_nothing_is_written_after_submitting(ask: Ask, stage: Stage, page: str) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"])
    submit_by(inspection, stage.cast["lead_inspector"])
    events, photos = AnswerEvent.objects.count(), Photo.objects.kept().count()
    response = ask(page, stage.cast["inspector"])
    assert response.status_code == 403
    assert "已经提交" in str(response.context["reason"])
    assert (AnswerEvent.objects.count(), Photo.objects.kept().count()) == (events, photos)


@pytest.mark.parametrize("page", ["form", "check", "paper"])
def test_submitted_inspection_leads_to_its_score(ask: Ask, stage: Stage, page: str) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"])
    submit_by(inspection, stage.cast["lead_inspector"])
    for role in ("inspector", "administrator", "township_staff"):
        response = ask(page, stage.cast[role])
        assert response["Location"] == reverse("reports:score", args=[inspection.pk])


def test_unknown_rows_are_not_found(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["inspector"])
    pk = stage.inspections[0].pk
    nobody = "00000000-0000-7000-8000-000000000000"
    for path in (
        f"/inspections/{nobody}/",
        f"/inspections/{nobody}/check/",
        f"/photos/{nobody}/",
        "/inspections/1/",
        "/rounds/999999/",
    ):
        assert client.get(path).status_code == 404, path
    for path in (
        f"/inspections/{pk}/answers/nowhere/",
        f"/inspections/{pk}/answers/nowhere/photos/",
        f"/inspections/{pk}/sections/nowhere/",
    ):
        assert client.post(path, {"value": "met"}).status_code == 404, path
    assert Inspection.objects.filter(state="to_begin").count() == Round.objects.count() * 2
