"""Photos that look the same are found when the later one arrives, and for older ones by a command."""

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Photo, PhotoPrint, PhotoTwin
from tests.scenery import scenery
from tests.small_stage import Stage, add_photo, answer, encoded, jpeg, later, small_stage, submit_by

pytestmark = pytest.mark.django_db


def picture(seed: int, **options: Any) -> bytes:
    return encoded(scenery(seed), "JPEG", **options)


def add(stage: Stage, place: int, body: bytes, code: str = "yes") -> Photo:
    photo: Photo = add_photo(stage.inspections[place], stage.cast["inspector"], body, code)
    return photo


def pairs() -> set[tuple[Any, Any]]:
    return set(PhotoTwin.objects.values_list("photo", "other"))


def test_same_picture_at_another_center_is_found(stage: Stage) -> None:
    first = add(stage, 0, picture(1))
    add(stage, 0, picture(2))
    second = add(stage, 1, picture(1, quality=40))
    assert pairs() == {(second.pk, first.pk)}


def test_one_inspections_own_photos_are_not_compared(stage: Stage) -> None:
    add(stage, 0, picture(1))
    add(stage, 0, picture(1, quality=40), "choice")
    assert pairs() == set()


def test_pictures_without_contours_are_not_compared(stage: Stage) -> None:
    add(stage, 0, jpeg("teal"))
    add(stage, 1, jpeg("navy"))
    assert pairs() == set()
    assert PhotoPrint.objects.filter(plain=True).count() == 2


def test_look_up_is_by_the_indexes_of_the_bands(stage: Stage) -> None:
    for seed in range(5):
        add(stage, 0, picture(seed))
    with CaptureQueriesContext(
        connection,
    ) as told:
        add(stage, 1, picture(1, quality=40))
    (sql,) = [
        one["sql"] for one in told.captured_queries
        if one["sql"].startswith("SELECT") and '"inspections_photoprint"."first" =' in one["sql"]
    ]  # fmt: skip
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
            assert "SCAN inspections_photoprint" not in plan
            assert plan.count("USING INDEX inspections_photoprint_") == 4
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            assert "BitmapOr" in " ".join(row[0] for row in cursor.fetchall())


def test_command_notes_what_has_no_likeness_yet_and_can_be_run_again(stage: Stage, capsys: Any) -> None:
    first, second = add(stage, 0, picture(1)), add(stage, 1, picture(1, quality=40))
    answer(stage.inspections[0], stage.cast["inspector"])
    # What is submitted is frozen; its likeness is not.
    submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    PhotoTwin.objects.all().delete()
    PhotoPrint.objects.all().delete()
    call_command("find_photo_twins")
    assert "2 张照片，找到相似的 1 对" in capsys.readouterr().out
    assert pairs() == {(second.pk, first.pk)}
    call_command("find_photo_twins")
    assert "0 张照片" in capsys.readouterr().out


def test_command_goes_on_where_a_file_is_gone(stage: Stage, capsys: Any) -> None:
    lost = add(stage, 0, picture(1))
    add(stage, 1, picture(2))
    PhotoPrint.objects.all().delete()
    default_storage.delete(lost.thumbnail.name)
    call_command("find_photo_twins")
    said = capsys.readouterr()
    assert str(lost.pk) in said.err
    assert "1 张照片" in said.out


def test_database_keeps_a_pair_once_and_no_photo_with_itself(stage: Stage) -> None:
    first, second = add(stage, 0, picture(1)), add(stage, 1, picture(2))
    PhotoTwin.objects.create(photo=second, other=first, distance=1)
    for pair in ((second, first), (first, first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PhotoTwin.objects.create(photo=pair[0], other=pair[1], distance=1)


# ---- what the county is shown


def test_county_sees_the_pairs_of_its_own_photos(client: Client, stage: Stage) -> None:
    other = small_stage(other=True)
    add(other, 0, picture(1))
    first, second = add(stage, 0, picture(1)), add(stage, 1, picture(1, quality=40))
    removed = add(stage, 1, picture(1, quality=60), "choice")
    Photo.objects.filter(pk=removed.pk).update(removed_at=later(), removed_by=stage.cast["inspector"])
    assert len(pairs()) == 5
    client.force_login(stage.cast["administrator"])
    page = client.get(reverse("reports:lessons"))
    (table,) = [table for table in page.context["tables"] if table.key == "photos"]
    assert len(table.rows) == 1
    said = page.content.decode()
    for photo in (first, second):
        assert reverse("inspections:photo-thumbnail", args=[photo.pk]) in said
    file = client.post(reverse("reports:lesson-table", args=["photos"])).content.decode()
    assert stage.inspections[0].center.name in file
    assert io.StringIO(file).readline().startswith("\ufeff中心")
    client.force_login(other.cast["administrator"])
    assert client.get(reverse("reports:lessons")).context["tables"] == []
