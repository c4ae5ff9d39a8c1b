"""Photos that arrive in pieces: announced, resumed, repeated, cut off, at once, and what is refused."""

import hashlib
from uuid import uuid4

import pytest

from inspections.models import Photo, PhotoChunk
from tests.inspections.devices import Device
from tests.small_stage import Stage, jpeg

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


def test_photo_arrives_in_pieces_and_is_told_with_its_digest(phone: Device) -> None:
    said = phone.announce(BODY).json()
    assert (said["offset"], said["done"]) == (0, False)
    assert phone.client.get(said["thumbnail_url"]).status_code == 200
    said = phone.put(said["id"], 0, BODY[:300]).json()
    assert (said["offset"], said["done"]) == (300, False)
    said = phone.put(said["id"], 300, BODY[300:]).json()
    assert (said["offset"], said["done"], said["sha256"]) == (
        len(BODY),
        True,
        hashlib.sha256(BODY).hexdigest(),
    )
    photo = Photo.objects.get()
    assert str(photo.pk) == said["id"]
    assert photo.sha256 == said["stored_sha256"] == hashlib.sha256(photo.file.read()).hexdigest()
    assert not PhotoChunk.objects.exists()


def test_same_identifier_with_other_bytes_is_told_and_nothing_replaced(phone: Device) -> None:
    key = str(uuid4())
    phone.upload(BODY, id=key)
    said = phone.announce(jpeg("red"), id=key)
    assert (said.status_code, said.json()) == (409, {"reused": True})
    assert Photo.objects.get().received_sha256 == hashlib.sha256(BODY).hexdigest()
