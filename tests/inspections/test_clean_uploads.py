"""Pieces of photos that nothing needs any more: listed, removed, and never those of a photo on its way."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from inspections.actions import UPLOADS
from inspections.models import Photo, PhotoChunk
from tests.inspections.actions.test_arriving import BODY, pieces
from tests.inspections.devices import Device
from tests.small_stage import Stage, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


def said_by(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("clean_uploads", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_cleaning_leaves_what_is_on_its_way(phone: Device, django_capture_on_commit_callbacks: Any) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    with django_capture_on_commit_callbacks(execute=True):
        arrived = phone.upload(jpeg("red"))["id"]
    assert len(pieces()) == 1
    left = default_storage.save(f"{UPLOADS}/{arrived}/0-x", io.BytesIO(b"x"))
    lost = default_storage.save(f"{UPLOADS}/{uuid4()}/0-x", io.BytesIO(b"x"))
    odd = default_storage.save(f"{UPLOADS}/odd/0-x", io.BytesIO(b"x"))
    twin = default_storage.save(f"{UPLOADS}/{key}/0-lost-race", io.BytesIO(b"x"))
    assert said_by()[:-1] == []  # all of it is younger than a day
    assert sorted(said_by("--hours", "0")[:-1]) == sorted([left, lost, odd, twin])
    assert default_storage.exists(left)
    assert said_by("--hours", "0", "--delete")[-1].startswith("删除了4个文件")
    assert not any(default_storage.exists(name) for name in (left, lost, odd, twin))
    assert phone.put(key, 250, BODY[250:]).json()["done"]


def test_cleaning_removes_pieces_of_a_photo_that_was_taken_out(phone: Device) -> None:
    key = phone.announce(BODY).json()["id"]
    phone.put(key, 0, BODY[:250])
    Photo.objects.update(removed_at=timezone.now(), removed_by=phone.person)
    assert len(said_by("--hours", "0", "--delete")) == 2
    assert (pieces(), PhotoChunk.objects.count()) == ([], 0)


def test_cleaning_an_empty_storage_says_so() -> None:
    assert said_by() == ["有0个文件可以删除；加 --delete 删除。"]
