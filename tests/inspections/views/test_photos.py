"""Photos over the wire: added, shown, taken out."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inspections.models import Inspection, Photo
from tests.small_stage import Stage, add_photo, jpeg

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def inspector(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["inspector"])
    return client


def send(client: Client, stage: Stage, body: bytes | None, name: str = "photo.jpg") -> Any:
    url = reverse("inspections:photo-add", args=[stage.inspections[0].pk, "yes"])
    data = {} if body is None else {"photo": SimpleUploadedFile(name, body, "image/jpeg")}
    return client.post(url, data)


def test_photo_is_added_and_can_be_looked_at(inspector: Client, stage: Stage) -> None:
    said = send(inspector, stage, jpeg())
    assert said.status_code == 201
    body = said.json()
    photo = Photo.objects.get(pk=body["id"])
    assert body["sha256"] == photo.sha256
    for url in (body["url"], body["thumbnail"]):
        shown = inspector.get(url)
        assert shown["Content-Type"] == "image/jpeg"
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert "private" in shown["Cache-Control"]
    assert b"".join(inspector.get(body["url"]).streaming_content) == photo.file.read()


def test_photo_sent_again_is_the_same(inspector: Client, stage: Stage) -> None:
    first, again = (send(inspector, stage, jpeg()).json() for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "没有收到照片"),
        (b"", "不是能识别的照片"),
        (b"just text", "不是能识别的照片"),
        (SVG, "不是能识别的照片"),
        (jpeg()[:150], "不是能识别的照片"),
    ],
    ids=["none", "empty", "text", "svg", "cut"],
)
def test_file_that_is_no_photo_is_refused_in_words(
    inspector: Client, stage: Stage, body: bytes | None, words: str
) -> None:
    said = send(inspector, stage, body, "photo.jpg")
    assert said.status_code == 400
    (sentence,) = said.json()["errors"]["photo"]
    assert words in sentence
    assert not Photo.objects.exists()
    assert Inspection.objects.filter(state="to_begin").count() == 2


def test_photo_that_is_too_large_is_refused(inspector: Client, stage: Stage, settings: Any) -> None:
    settings.PHOTO_MAX_BYTES = 1024 * 1024
    said = send(inspector, stage, jpeg() + bytes(1024 * 1024))
    assert said.status_code == 400
    assert "1 MB" in said.json()["errors"]["photo"][0]
    assert not Photo.objects.exists()


def test_photo_is_removed_with_script_and_without(inspector: Client, stage: Stage) -> None:
    person = stage.cast["inspector"]
    first = add_photo(stage.inspections[0], person, jpeg())
    second = add_photo(stage.inspections[0], person, jpeg("red"))
    said = inspector.post(
        reverse("inspections:photo-remove", args=[first.pk]), headers={"accept": "application/json"}
    )
    assert said.json() == {"removed": str(first.pk)}
    said = inspector.post(reverse("inspections:photo-remove", args=[second.pk]))
    assert said["Location"] == reverse("inspections:form", args=[stage.inspections[0].pk])
    assert not Photo.objects.kept().exists()
    assert inspector.get(reverse("inspections:photo", args=[first.pk])).status_code == 404


def test_photo_whose_file_is_gone_is_not_found(inspector: Client, stage: Stage) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    photo.file.storage.delete(photo.file.name)
    assert inspector.get(reverse("inspections:photo", args=[photo.pk])).status_code == 404
