"""Draft files: delivered by another, delivered twice, cut in the middle, changed, or of elsewhere."""

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from inspections import actions, sync
from inspections.merging import canonical
from inspections.models import Answer, AnswerEvent, Photo
from organization.models import AuditEntry, Role, User
from organization.problems import NotAllowed, Problem
from standards.faults import Faults
from tests.factories import make_user
from tests.inspections.devices import AT, Device, mutation
from tests.small_stage import NOW, Stage, answer, jpeg, later, submit_by

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))


def photo_of(body: bytes = BODY, **more: Any) -> dict[str, Any]:
    made = {
        "id": str(uuid4()), "item": "yes", "of": None, "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body), "at": AT, "thumbnail": base64.b64encode(jpeg("teal", (32, 24))).decode(),
        "original": base64.b64encode(body).decode(),
    }  # fmt: skip
    return made | more


def file_of(stage: Stage, *, person: Any = None, sign: bool = True, **changes: Any) -> bytes:
    """A draft as `static/js/draft.js` writes it."""
    made_by = getattr(person or stage.cast["inspector"], "pk", person)
    draft: dict[str, Any] = {
        "format": "portal-field-draft", "version": 1, "inspection": str(stage.inspections[0].pk),
        "center": "城关镇", "round": "2026", "person": made_by,
        "device": str(uuid4()), "release": "r", "at": "2026-11-20T10:00:00.000Z", "part": 1, "parts": 1,
        "mutations": [mutation("yes", True), mutation("area", "132.50")], "photos": [photo_of()],
    }  # fmt: skip
    draft |= changes
    bare = [{k: v for k, v in p.items() if k not in ("original", "thumbnail")} for p in draft["photos"]]
    if sign:
        draft["sha256"] = hashlib.sha256(canonical({**draft, "photos": bare})).hexdigest()
    return json.dumps(draft).encode()


def deliver(stage: Stage, body: bytes, who: str = "inspector") -> actions.Imported:
    draft = sync.read_draft(body)
    return actions.import_draft(inspection=stage.inspections[0], draft=draft, by=stage.cast[who], now=NOW)


def test_draft_is_taken_in_as_if_its_device_had_sent_it(stage: Stage) -> None:
    imported = deliver(stage, file_of(stage))
    assert dict(imported.outcomes) == {"applied": 2}
    assert (imported.photos, imported.known_answers, imported.refused) == (1, 0, [])
    assert dict(Answer.objects.values_list("item__code", "value")) == {"yes": True, "area": "132.5"}
    photo = Photo.objects.get()
    assert (photo.received_sha256, photo.arrived_at) == (hashlib.sha256(BODY).hexdigest(), NOW)
    assert set(AnswerEvent.objects.values_list("captured_by", flat=True)) == {None}
    assert AuditEntry.objects.filter(action="draft.import").count() == 1


def test_delivering_it_twice_changes_nothing(stage: Stage) -> None:
    body = file_of(stage)
    deliver(stage, body)
    again = deliver(stage, body)
    assert (dict(again.outcomes), again.known_answers, again.photos, again.known_photos) == ({}, 2, 0, 1)
    assert (AnswerEvent.objects.count(), Photo.objects.count()) == (2, 1)


def test_device_that_finds_signal_afterwards_gets_the_same_success(stage: Stage) -> None:
    one = mutation("yes", True)
    deliver(stage, file_of(stage, mutations=[one], photos=[]), who="lead_inspector")
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    assert phone.outcomes(one) == [("applied", 1)]
    assert AnswerEvent.objects.count() == 1


def test_history_names_who_made_it_and_who_brought_it(stage: Stage) -> None:
    deliver(stage, file_of(stage), who="lead_inspector")
    made, brought = stage.cast["inspector"], stage.cast["lead_inspector"]
    for event in AnswerEvent.objects.all():
        assert (event.captured_by, event.by) == (made, brought)
    photo = Photo.objects.get()
    assert (photo.captured_by, photo.added_by) == (made, brought)
    assert set(Answer.objects.values_list("updated_by", flat=True)) == {made.pk}
    entry = AuditEntry.objects.get(action="draft.import")
    assert (entry.by, entry.detail["person"]) == (brought, made.username)


def test_draft_in_conflict_opens_one(stage: Stage) -> None:
    Device(stage.cast["lead_inspector"], stage.inspections[0]).sync(mutation("yes", False))
    imported = deliver(stage, file_of(stage))
    assert dict(imported.outcomes) == {"conflict": 1, "applied": 1}
    assert stage.inspections[0].conflicts.open().count() == 1


def test_import_that_was_cut_off_is_completed(stage: Stage) -> None:
    photo = photo_of()
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    phone.announce(BODY, id=photo["id"])
    phone.put(photo["id"], 0, BODY[:200])
    imported = deliver(stage, file_of(stage, photos=[photo]))
    assert imported.photos == 1
    assert Photo.objects.get().arrived_at == NOW


def test_photo_that_cannot_be_taken_is_told_and_the_rest_goes_in(stage: Stage) -> None:
    svg = b"<svg/>" * 20
    photos = [photo_of(svg), photo_of(of=str(uuid4())), photo_of()]
    imported = deliver(stage, file_of(stage, photos=photos))
    assert [code for code, _ in imported.refused] == ["yes", "yes"]
    assert "不是能识别的照片" in imported.refused[0][1]
    assert "原照片" in imported.refused[1][1]
    assert imported.photos == 1


def test_identifier_of_another_photo_is_told(stage: Stage) -> None:
    photo = photo_of()
    deliver(stage, file_of(stage, mutations=[], photos=[photo]))
    other = photo_of(jpeg("red"), id=photo["id"])
    imported = deliver(stage, file_of(stage, mutations=[], photos=[other]))
    assert "另一张照片" in imported.refused[0][1]
    assert Photo.objects.get().received_sha256 == hashlib.sha256(BODY).hexdigest()


# ---- refused


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"format": "x"}, "format"),
        ({"version": 2}, "version"),
        ({"inspection": "x"}, "inspection"),
        ({"person": "x"}, "person"),
        ({"device": None}, "device"),
        ({"at": "x"}, "at"),
        ({"part": 0}, "part"),
        ({"mutations": {}}, "mutations"),
        ({"mutations": [{}]}, "mutations[0].value"),
        ({"surprise": 1}, "surprise"),
        ({"photos": [photo_of(size=7)]}, "photos[0].original"),
        ({"photos": [photo_of(original="")]}, "photos[0].original"),
        ({"photos": [photo_of(thumbnail="?")]}, "photos[0].thumbnail"),
    ],
)
def test_file_that_is_no_draft_is_refused_with_its_place(
    stage: Stage, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(Faults) as caught:
        sync.read_draft(file_of(stage, **changes))
    assert caught.value.faults[0].path == path


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"format": NaN}'])
def test_file_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Faults):
        sync.read_draft(body)


def test_changed_file_is_refused(stage: Stage) -> None:
    body = file_of(stage)
    for was, now in ((b"132.50", b"232.50"), (b'"part": 1', b'"part": 2'), (b"r", b"q")):
        with pytest.raises(Faults):
            sync.read_draft(body.replace(was, now, 1))
    with pytest.raises(Faults) as caught:
        sync.read_draft(file_of(stage, sha256="0" * 64, sign=False))
    assert caught.value.faults[0].path == "sha256"


def test_digest_is_the_same_however_the_file_is_spelled(stage: Stage) -> None:
    draft = json.loads(file_of(stage))
    spelled = json.dumps(draft, indent=2, ensure_ascii=False, sort_keys=True).encode()
    assert sync.read_draft(spelled) == sync.read_draft(json.dumps(draft).encode())


def test_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(sync.TooLarge):
        sync.read_draft(b" " * (sync.DRAFT_BYTES + 1))


def test_draft_of_another_inspection_is_refused(stage: Stage) -> None:
    body = file_of(stage, inspection=str(stage.inspections[1].pk))
    with pytest.raises(Problem, match="另一次检查"):
        deliver(stage, body)
    assert not AnswerEvent.objects.exists()


def test_draft_with_an_item_of_elsewhere_is_refused(stage: Stage) -> None:
    for body in (
        file_of(stage, mutations=[mutation("yes", True), mutation("nowhere", True)]),
        file_of(stage, photos=[photo_of(item="nowhere")]),
    ):
        with pytest.raises(Problem, match="nowhere"):
            deliver(stage, body)
    assert not AnswerEvent.objects.exists()


def test_draft_of_somebody_who_is_not_assigned_is_refused(stage: Stage, other: Stage) -> None:
    unassigned = make_user("unassigned", [(Role.INSPECTOR, stage.county.region)])
    for person in (unassigned, stage.cast["administrator"], other.cast["inspector"]):
        with pytest.raises(Problem, match="没有分配"):
            deliver(stage, file_of(stage, person=person))
    with pytest.raises(Problem, match="没有分配"):
        deliver(stage, file_of(stage, person=User(pk=10**9)))
    assert not AnswerEvent.objects.exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"inspector", "lead_inspector"}))
def test_whoever_may_not_fill_does_not_deliver(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        deliver(stage, file_of(stage), who=role)
    assert caught.value.action == "draft.import"
    assert not AnswerEvent.objects.exists()


def test_submitted_inspection_takes_no_draft(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    submit_by(stage.inspections[0], stage.cast["lead_inspector"], later(1))
    events = AnswerEvent.objects.count()
    with pytest.raises(NotAllowed, match="已经提交"):
        deliver(stage, file_of(stage))
    assert (AnswerEvent.objects.count(), Photo.objects.count()) == (events, 0)


def test_draft_as_large_as_a_device_makes_it_is_read(stage: Stage) -> None:
    assert sync.DRAFT_BYTES > 4 / 3 * 24 * 1024 * 1024 + settings.PHOTO_MAX_BYTES / 2
