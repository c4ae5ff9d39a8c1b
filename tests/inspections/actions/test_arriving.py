"""Photos that arrive in pieces: announced, resumed, repeated, cut off, and what is refused."""

import base64
import hashlib
import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from inspections.actions import PHOTOS_PER_ITEM, UPLOADS
from inspections.models import Photo, PhotoChunk
from organization.models import AuditEntry, Role
from tests.factories import make_user
from tests.inspections.devices import Device
from tests.small_stage import Stage, answer, jpeg, submit_by

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


@pytest.fixture
def tablet(stage: Stage) -> Device:
    return Device(stage.cast["lead_inspector"], stage.inspections[0])


def pieces() -> list[str]:
    """Names of the chunk files that lie in the storage."""
    if not default_storage.exists(UPLOADS):
        return []
    folders = default_storage.listdir(UPLOADS)[0]
    return [name for folder in folders for name in default_storage.listdir(f"{UPLOADS}/{folder}")[1]]


# ---- the way of one photo


def test_photo_arrives_in_pieces_and_is_told_with_its_digest(phone: Device) -> None:
    said = phone.announce(BODY).json()
    assert (said["offset"], said["done"]) == (0, False)
    assert phone.client.get(said["thumbnail_url"]).status_code == 200
    said = phone.put(said["id"], 0, BODY[:300]).json()
    assert (said["offset"], said["done"]) == (300, False)
    said = phone.put(said["id"], 300, BODY[300:]).json()
    assert (said["offset"], said["done"], said["sha256"]) == (len(BODY), True, SHA256)
    photo = Photo.objects.get()
    assert str(photo.pk) == said["id"]
    assert photo.sha256 == said["stored_sha256"] == hashlib.sha256(photo.file.read()).hexdigest()
    assert photo.taken_at.isoformat() == "2026-11-20T01:30:00+00:00" != photo.added_at.isoformat()
    assert (photo.added_by, photo.captured_by, str(photo.device)) == (phone.person, None, phone.id)
    assert not PhotoChunk.objects.exists()


def test_small_picture_is_shown_until_the_original_is_there(phone: Device) -> None:
    said = phone.announce(BODY).json()
    small = phone.client.get(said["url"])
    assert "no-store" in small["Cache-Control"]
    assert Image.open(io.BytesIO(b"".join(small))).size == (32, 24)
    phone.put(said["id"], 0, BODY)
    whole = phone.client.get(said["url"])
    assert Image.open(io.BytesIO(b"".join(whole))).size == (200, 150)


def test_small_picture_is_made_anew_from_the_original(phone: Device) -> None:
    """What was announced may have shown anything."""
    said = phone.announce(BODY).json()
    phone.put(said["id"], 0, BODY)
    shown = Image.open(Photo.objects.get().thumbnail)
    assert shown.size == (200, 150)
    red, green, blue = shown.getpixel((9, 9))
    assert (abs(red - 20) < 12, abs(green - 90) < 12, abs(blue - 160) < 12) == (True, True, True)


def test_metadata_goes_with_neither_picture(phone: Device) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secretphone"
    body = jpeg("red", (300, 200), exif=exif)
    small = base64.b64encode(jpeg("red", (30, 20), exif=exif)).decode()
    said = phone.announce(body, thumbnail=small).json()
    photo = Photo.objects.get()
    assert b"Secretphone" not in photo.thumbnail.read()
    phone.put(said["id"], 0, body)
    photo.refresh_from_db()
    assert b"Secretphone" in body
    assert b"Secretphone" not in photo.file.read() + photo.thumbnail.read()


def test_arrival_is_in_the_trail(phone: Device) -> None:
    phone.upload(BODY)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["photo.announce", "photo.arrive"]


def test_announcing_begins_the_inspection(phone: Device) -> None:
    phone.announce(BODY)
    phone.inspection.refresh_from_db()
    assert phone.inspection.state == "in_progress"


# ---- repeated, resumed, cut off


def test_announcement_repeated_tells_the_true_offset(phone: Device) -> None:
    key = str(uuid4())
    first = phone.announce(BODY, id=key).json()
    assert phone.announce(BODY, id=key).json() == first
    phone.put(key, 0, BODY[:250])
    assert phone.announce(BODY, id=key).json()["offset"] == 250
    phone.put(key, 250, BODY[250:])
    done = phone.announce(BODY, id=key).json()
    assert (done["done"], done["sha256"]) == (True, SHA256)
    assert Photo.objects.count() == 1


def test_piece_repeated_after_a_lost_answer_is_told_where_to_go_on(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    said = phone.put(key, 0, BODY[:250])
    assert (said.status_code, said.json()) == (409, {"offset": 250})
    assert PhotoChunk.objects.count() == len(pieces()) == 1


@pytest.mark.parametrize("offset", [1, 249, 251, 10**6])
def test_piece_elsewhere_is_refused_with_the_true_offset(phone: Device, offset: int) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    said = phone.put(key, offset, b"x")
    assert (said.status_code, said.json()) == (409, {"offset": 250})
    assert len(pieces()) == 1


def test_more_bytes_than_announced_are_refused(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    assert phone.put(key, 0, BODY + b"x").json() == {"offset": 0}
    assert pieces() == []


def test_any_request_about_a_photo_that_has_arrived_says_done(phone: Device) -> None:
    done = phone.upload(BODY)
    assert phone.put(done["id"], 0, BODY[:10]).json() == done
    assert phone.put(done["id"], len(BODY), b"").json() == done
    url = f"/inspections/{phone.inspection.pk}/photos/{done['id']}/"
    assert phone.client.get(url).json() == done


def test_get_says_how_far_and_changes_nothing(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    said = phone.client.get(f"/inspections/{phone.inspection.pk}/photos/{key}/").json()
    assert (said["offset"], said["done"]) == (250, False)
    assert "sha256" not in said


@pytest.mark.parametrize("way", ["put", "announce"])
def test_server_that_died_before_putting_it_together_does_so_later(phone: Device, way: str) -> None:
    key = phone.announce(BODY).json()["id"]
    name = default_storage.save(f"{UPLOADS}/{key}/0-x", io.BytesIO(BODY))
    PhotoChunk.objects.create(photo_id=key, offset=0, size=len(BODY), file=name)
    said = (phone.put(key, len(BODY), b"") if way == "put" else phone.announce(BODY, id=key)).json()
    assert (said["done"], said["sha256"]) == (True, SHA256)


def test_piece_whose_file_is_gone_lets_it_start_anew(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    default_storage.delete(PhotoChunk.objects.get().file.name)
    said = phone.put(key, 250, BODY[250:])
    assert (said.status_code, said.json()["offset"]) == (400, 0)
    assert phone.put(key, 0, BODY).json()["done"]


def test_bytes_that_are_not_those_announced_start_anew(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    said = phone.put(key, 250, BODY[250:-1] + b"x")
    assert (said.status_code, said.json()["offset"]) == (400, 0)
    assert "不一致" in said.json()["errors"][0]["message"]
    assert Photo.objects.get().arrived_at is None
    assert pieces() == []
    assert phone.put(key, 0, BODY).json()["done"]


def test_original_that_is_no_picture_is_told_and_never_stored(phone: Device) -> None:
    body = b"<svg/>" * 50
    key = phone.announce(body).json()["id"]
    said = phone.put(key, 0, body)
    assert said.status_code == 400
    assert "不是能识别的照片" in said.json()["errors"][0]["message"]
    assert (Photo.objects.get().arrived_at, pieces()) == (None, [])


# ---- identifiers


def test_same_identifier_with_other_bytes_is_told_and_nothing_replaced(phone: Device) -> None:
    key = str(uuid4())
    phone.upload(BODY, id=key)
    for changed in ({"item": "choice"}, {"size": len(BODY) + 1}, {"sha256": "0" * 64}):
        said = phone.announce(BODY, **{"id": key, **changed})
        assert (said.status_code, said.json()) == (409, {"reused": True})
    assert Photo.objects.get().received_sha256 == SHA256


def test_same_bytes_under_two_identifiers_are_two_photos(phone: Device, tablet: Device) -> None:
    """A device knows its photos by their identifiers; none is ever unlinked for another."""
    assert phone.upload(BODY)["id"] != tablet.upload(BODY)["id"]
    assert Photo.objects.exclude(arrived_at=None).count() == 2


def test_identifier_of_another_inspection_is_told_apart_from_nothing(phone: Device, other: Stage) -> None:
    stranger = Device(other.cast["inspector"], other.inspections[0])
    done = stranger.upload(BODY)
    said = phone.announce(BODY, id=done["id"])
    assert (said.status_code, said.json()) == (409, {"reused": True})
    for method in (phone.client.get, phone.client.put):
        said = method(f"/inspections/{phone.inspection.pk}/photos/{done['id']}/")
        assert (said.status_code, said.json()) == (404, {"missing": True})


def test_colleague_may_go_on_where_the_first_device_stopped(phone: Device, tablet: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    assert tablet.announce(BODY, id=key).json()["offset"] == 250
    assert tablet.put(key, 250, BODY[250:]).json()["done"]


# ---- drawings


def test_drawing_stands_beside_its_original(phone: Device) -> None:
    original = phone.upload(BODY)["id"]
    drawing = phone.upload(jpeg("red", (200, 150)), of=original)["id"]
    rows = {str(photo.pk): photo for photo in Photo.objects.all()}
    assert str(rows[drawing].of_id) == original
    assert rows[original].removed_at is None
    state = phone.client.get(f"/inspections/{phone.inspection.pk}/state/").json()
    assert {one["id"]: one["of"] for one in state["photos"]} == {original: None, drawing: original}


def test_drawing_before_its_original_is_early(phone: Device, other: Stage) -> None:
    stranger = Device(other.cast["inspector"], other.inspections[0])
    for of in (str(uuid4()), stranger.upload(BODY)["id"], phone.upload(BODY, "choice")["id"]):
        said = phone.announce(BODY, of=of)
        assert (said.status_code, said.json()) == (409, {"early": True})
    assert Photo.objects.filter(inspection=phone.inspection).count() == 1


# ---- refused


BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": "x"}, "id"),
    ({"id": None}, "id"),
    ({"item": "nowhere"}, "item"),
    ({"sha256": "AB" * 32}, "sha256"),
    ({"sha256": ""}, "sha256"),
    ({"size": 0}, "size"),
    ({"size": "5"}, "size"),
    ({"size": 16 * 1024 * 1024}, "size"),
    ({"at": "x"}, "at"),
    ({"of": 7}, "of"),
    ({"thumbnail": "%%%"}, "thumbnail"),
    ({"thumbnail": ""}, "thumbnail"),
    ({"thumbnail": base64.b64encode(b"<svg/>").decode()}, "thumbnail"),
    ({"thumbnail": base64.b64encode(b"x" * 61 * 1024).decode()}, "thumbnail"),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("changed", "path"), BAD)
def test_malformed_announcement_is_refused_with_its_place(
    phone: Device, changed: dict[str, Any], path: str
) -> None:
    said = phone.announce(BODY, **changed)
    assert (said.status_code, [error["path"] for error in said.json()["errors"]]) == (400, [path])
    assert not Photo.objects.exists()
    assert not default_storage.exists("photos")


def test_piece_without_its_place_or_too_large_is_refused(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    for offset in ("", "x", "-1", "9" * 30):
        assert phone.put(key, 0, b"x", **{"upload-offset": offset}).status_code == 400
    assert phone.put(key, 0, b"x" * (256 * 1024 + 1)).status_code == 413
    assert pieces() == []


def test_tenth_photo_of_an_item_is_told(phone: Device) -> None:
    for number in range(PHOTOS_PER_ITEM):
        phone.announce(BODY + bytes([number]))
    said = phone.announce(BODY)
    assert said.status_code == 400
    assert "最多9张" in said.json()["errors"][0]["message"]


def test_outbox_of_another_person_is_not_taken(phone: Device, tablet: Device) -> None:
    said = phone.announce(BODY, person=tablet.person.pk)
    assert (said.status_code, said.json()) == (409, {"person": True})


def test_another_county_and_next_door_find_nothing(phone: Device, stage: Stage, other: Stage) -> None:
    key = phone.announce(BODY).json()["id"]
    near = [make_user(f"{role}-near", [(role, stage.county.townships[1])]) for role in Role.values]
    for person in [*other.cast.values(), *near]:
        device = Device(person, stage.inspections[0])
        assert device.announce(BODY).status_code == 404
        assert device.put(key, 0, BODY).status_code == 404
    assert (Photo.objects.count(), pieces()) == (1, [])


def test_overseers_look_and_do_not_send(phone: Device, stage: Stage) -> None:
    key = phone.announce(BODY).json()["id"]
    overseer = Device(stage.cast["administrator"], stage.inspections[0])
    assert overseer.client.get(f"/inspections/{phone.inspection.pk}/photos/{key}/").status_code == 200
    assert "closed" in overseer.announce(BODY).json()
    assert "closed" in overseer.put(key, 0, BODY).json()
    assert pieces() == []


# ---- submitted, taken out


def test_inspection_is_not_submitted_while_an_original_is_on_its_way(phone: Device, stage: Stage) -> None:
    from organization.problems import Problem

    answer(stage.inspections[0], stage.cast["inspector"])
    key = phone.announce(BODY).json()["id"]
    with pytest.raises(Problem, match="1张照片"):
        submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    phone.put(key, 0, BODY)
    assert submit_by(stage.inspections[0], stage.cast["lead_inspector"]).state == "submitted"


def test_photos_of_a_submitted_inspection_are_frozen_and_still_acknowledged(
    phone: Device, stage: Stage
) -> None:
    done = phone.upload(BODY)
    answer(stage.inspections[0], stage.cast["inspector"])
    submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    assert phone.announce(BODY, id=done["id"]).json() == done
    assert phone.put(done["id"], 0, BODY).json() == done
    assert "closed" in phone.announce(jpeg("red")).json()
    assert Photo.objects.count() == 1


def test_photo_taken_out_before_it_arrived_is_said(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    phone.client.post(reverse("inspections:photo-remove", args=[key]))
    said = phone.put(key, 250, BODY[250:]).json()
    assert (said["removed"], said["done"]) == (True, False)
    assert phone.announce(BODY, id=key).json()["removed"] is True


def test_photo_that_has_arrived_is_never_replaced(phone: Device) -> None:
    phone.upload(BODY)
    rows = Photo.objects.all()
    for change in ({"sha256": "0" * 64}, {"file": "x.jpg"}, {"arrived_at": timezone.now()}):
        with pytest.raises(DatabaseError, match="never replaced"), transaction.atomic():
            rows.update(**change)


def test_photo_that_is_half_there_cannot_be(phone: Device) -> None:
    phone.announce(BODY)
    for change in ({"sha256": SHA256}, {"arrived_at": timezone.now()}, {"device": None}):
        with pytest.raises(DatabaseError, match=r"photo_arrived_is_whole|CHECK"), transaction.atomic():
            Photo.objects.update(**change)


def test_plain_form_still_adds_photos_without_script(stage: Stage) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    client.force_login(stage.cast["inspector"])
    url = reverse("inspections:photo-add", args=[stage.inspections[0].pk, "yes"])
    for _ in range(2):
        said = client.post(url, {"photo": SimpleUploadedFile("a.jpg", BODY)})
        assert said.status_code == 201
    photo = Photo.objects.get()
    assert (photo.device, photo.arrived_at, photo.announced_size) == (None, photo.added_at, len(BODY))
