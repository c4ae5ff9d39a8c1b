"""Where a face was hidden on a photo, documents and pages for others show the photo with the hidden face."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding, Inspection, Photo
from reports import gathering
from tests.small_stage import NOW, Stage, add_photo, answer, jpeg, submit_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos(stage: Stage) -> dict[str, Photo]:
    """Beside one finding: a photo, a drawing on it, and one without any."""
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    original, other = (add_photo(inspection, person, jpeg(color)) for color in ("red", "green"))
    # As it arrives from a device: once it is there, nothing of it is changed.
    drawn = Photo.objects.get(pk=add_photo(inspection, person, jpeg("blue")).pk)
    actions.remove_photo(photo=drawn, by=person, now=NOW)
    drawn.pk, drawn.of, drawn.device, drawn.removed_by, drawn.removed_at = (
        uuid4(),
        original,
        uuid4(),
        None,
        None,
    )
    drawn.save(force_insert=True)
    answer(inspection, person, yes=Given(False, note="门未开"))
    submit_by(inspection, stage.cast["lead_inspector"])
    return {"original": original, "drawn": drawn, "other": other}


def test_document_prints_the_drawing_in_the_photos_place(stage: Stage, photos: dict[str, Photo]) -> None:
    snapshot = Inspection.objects.get(pk=stage.inspections[0].pk).snapshot
    (item,) = [one for one in snapshot["items"] if one["code"] == "yes"]
    assert len(item["photos"]) == 3, "the original is kept"
    printed = {facts.image for facts in gathering.photos_of(item)}
    assert printed == {photos["drawn"].sha256, photos["other"].sha256}


def test_snapshot_of_an_older_release_prints_all_its_photos() -> None:
    kept = [{"id": name, "sha256": name, "taken_at": None} for name in "ab"]
    item = {"photos": kept}
    assert [facts.image for facts in gathering.photos_of(item)] == ["a", "b"]


def test_pages_for_others_show_the_drawing_alone(
    client: Client, stage: Stage, photos: dict[str, Photo]
) -> None:
    client.force_login(stage.cast["administrator"])
    finding = Finding.objects.get(item__code="yes")
    for url in (
        reverse("reports:score", args=[stage.inspections[0].pk]),
        reverse("inspections:finding", args=[finding.pk]),
    ):
        page = client.get(url).content.decode()
        there = {name for name, photo in photos.items() if str(photo.pk) in page}
        assert there == {"drawn", "other"}, url
