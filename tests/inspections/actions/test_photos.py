"""Photos beside items: stored once, nine at most, taken out without being lost."""

import hashlib

import pytest
from django.db import DatabaseError, transaction

from inspections import actions
from inspections.models import Inspection, Photo
from organization.models import AuditEntry, Role
from organization.problems import NotAllowed, Problem
from tests.small_stage import Stage, add_photo, answer, jpeg, later, submit_by

pytestmark = pytest.mark.django_db


def test_photo_is_stored_with_its_hash_and_thumbnail(stage: Stage) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    photo.refresh_from_db()
    body = photo.file.read()
    assert hashlib.sha256(body).hexdigest() == photo.sha256
    assert (photo.size, photo.width, photo.height) == (len(body), 64, 48)
    assert photo.thumbnail.size > 0
    assert photo.file.name.endswith(f"{photo.pk}.jpg")
    entry = AuditEntry.objects.get(action="photo.add")
    assert entry.detail["sha256"] == photo.sha256


def test_first_photo_begins_the_inspection(stage: Stage) -> None:
    add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    assert Inspection.objects.get(pk=stage.inspections[0].pk).state == "in_progress"


def test_same_bytes_again_are_the_photo_already_there(stage: Stage) -> None:
    first = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    again = add_photo(stage.inspections[0], stage.cast["lead_inspector"], jpeg())
    assert first == again
    assert Photo.objects.count() == AuditEntry.objects.filter(action="photo.add").count() == 1


def test_same_bytes_beside_another_item_or_center_are_another_photo(stage: Stage) -> None:
    person = stage.cast["inspector"]
    add_photo(stage.inspections[0], person, jpeg())
    add_photo(stage.inspections[0], person, jpeg(), code="choice")
    add_photo(stage.inspections[1], person, jpeg())
    assert Photo.objects.count() == 3


def test_more_photos_than_fit_are_refused(stage: Stage) -> None:
    person = stage.cast["inspector"]
    for shade in range(actions.PHOTOS_PER_ITEM):
        add_photo(stage.inspections[0], person, jpeg(f"rgb({20 * shade}, 0, 0)"))
    with pytest.raises(Problem, match="最多9张"):
        add_photo(stage.inspections[0], person, jpeg("white"))
    assert Photo.objects.count() == actions.PHOTOS_PER_ITEM
    add_photo(stage.inspections[0], person, jpeg("white"), code="choice")


def test_file_that_is_no_photo_writes_nothing(stage: Stage, media_folder) -> None:
    with pytest.raises(Problem):
        add_photo(stage.inspections[0], stage.cast["inspector"], b"<svg><script/></svg>")
    assert not Photo.objects.exists()
    assert Inspection.objects.get(pk=stage.inspections[0].pk).state == "to_begin"
    assert not media_folder.exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"inspector", "lead_inspector"}))
def test_nobody_but_its_inspectors_adds_or_removes(stage: Stage, role: str) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    with pytest.raises(NotAllowed):
        add_photo(stage.inspections[0], stage.cast[role], jpeg("white"))
    with pytest.raises(NotAllowed):
        actions.remove_photo(photo=photo, by=stage.cast[role], now=later(1))
    assert Photo.objects.kept().count() == 1


def test_removed_photo_stays_as_history(stage: Stage) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    actions.remove_photo(photo=photo, by=stage.cast["lead_inspector"], now=later(1))
    photo.refresh_from_db()
    assert (photo.removed_by, photo.removed_at) == (stage.cast["lead_inspector"], later(1))
    assert photo.file.storage.exists(photo.file.name)
    assert not Photo.objects.kept().exists()
    assert AuditEntry.objects.filter(action="photo.remove").count() == 1


def test_removing_twice_keeps_the_first_time(stage: Stage) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    for day in (1, 2):
        actions.remove_photo(photo=photo, by=stage.cast["inspector"], now=later(day))
    photo.refresh_from_db()
    assert photo.removed_at == later(1)
    assert AuditEntry.objects.filter(action="photo.remove").count() == 1


def test_removed_photo_can_be_added_again(stage: Stage) -> None:
    person = stage.cast["inspector"]
    photo = add_photo(stage.inspections[0], person, jpeg())
    actions.remove_photo(photo=photo, by=person, now=later(1))
    assert add_photo(stage.inspections[0], person, jpeg()) != photo
    assert (Photo.objects.count(), Photo.objects.kept().count()) == (2, 1)


def test_photos_of_a_submitted_inspection_stay(stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    photo = add_photo(inspection, person, jpeg())
    answer(inspection, person)
    submit_by(inspection, stage.cast["lead_inspector"])
    with pytest.raises(NotAllowed):
        add_photo(inspection, person, jpeg("white"))
    photo.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.remove_photo(photo=photo, by=person, now=later(1))
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Photo.objects.all().delete()
    assert Photo.objects.kept().count() == 1
