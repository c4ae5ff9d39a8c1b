"""Draft files handed in: once or twice, whole or spoilt, by the right people or others."""

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inspections.merging import canonical
from inspections.models import Answer, AnswerEvent, Conflict, Inspection, Photo
from organization.models import User
from tests.inspections.devices import AT, Device, mutation
from tests.small_stage import Stage, answer, jpeg, submit_by

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))
URL = reverse("inspections:drafts")


def photo(body: bytes = BODY, item: str = "yes", **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "item": item, "of": None, "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body), "at": AT, "thumbnail": base64.b64encode(jpeg("teal", (32, 24))).decode(),
        "original": base64.b64encode(body).decode(),
    } | more  # fmt: skip


def draft(
    inspection: Inspection, person: User, *mutations: Any, photos: Any = (), **more: Any
) -> dict[str, Any]:
    """A draft as a device writes it, with its digest."""
    made = {
        "format": "portal-field-draft", "version": 1, "inspection": str(inspection.pk), "center": "中心",
        "round": "轮次", "person": person.pk, "device": str(uuid4()), "release": "1", "at": AT, "part": 1,
        "parts": 1, "mutations": list(mutations), "photos": list(photos),
    } | more  # fmt: skip
    bare = [{k: v for k, v in one.items() if k not in ("original", "thumbnail")} for one in made["photos"]]
    return made | {"sha256": hashlib.sha256(canonical(made | {"photos": bare})).hexdigest()}


def hand_in(client: Client, person: User, *files: Any) -> Any:
    client.force_login(person)
    bodies = [file if isinstance(file, bytes) else json.dumps(file).encode() for file in files]
    return client.post(URL, {"draft": [SimpleUploadedFile(f"{n}.json", b) for n, b in enumerate(bodies)]})


def test_form_says_where_drafts_come_from(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["inspector"])
    assert "导出草稿" in client.get(URL).content.decode()


def test_draft_handed_in_twice_is_taken_in_once(client: Client, stage: Stage) -> None:
    person, inspection = stage.cast["inspector"], stage.inspections[0]
    file = draft(inspection, person, mutation("yes", False), mutation("area", "120"), photos=[photo()])
    first = hand_in(client, person, file)
    assert first.status_code == 200
    text = first.content.decode()
    assert "新收下 2 项，已有 0 项" in text
    assert "新收下 1 张，已有 0 张" in text
    text = hand_in(client, person, file).content.decode()
    assert "新收下 0 项，已有 2 项" in text
    assert "新收下 0 张，已有 1 张" in text
    assert (AnswerEvent.objects.count(), Answer.objects.count(), Photo.objects.count()) == (2, 2, 1)
    assert Photo.objects.get().received_sha256 == hashlib.sha256(BODY).hexdigest()


def test_colleague_hands_in_what_another_made(client: Client, stage: Stage) -> None:
    maker, bringer = stage.cast["inspector"], stage.cast["lead_inspector"]
    text = hand_in(
        client, bringer, draft(stage.inspections[0], maker, mutation("yes", True))
    ).content.decode()
    assert "inspector填写" in text
    event = AnswerEvent.objects.get()
    assert (event.by, event.captured_by) == (bringer, maker)


def test_conflicts_and_faults_are_named(client: Client, stage: Stage) -> None:
    person, inspection = stage.cast["inspector"], stage.inspections[0]
    Device(stage.cast["lead_inspector"], inspection).sync(mutation("yes", True))
    file = draft(inspection, person, mutation("yes", False), mutation("area", "很大"))
    text = hand_in(client, person, file).content.decode()
    assert "由组长选定" in text
    assert f"{reverse('inspections:conflicts', args=[inspection.pk])}#i1" in text
    assert "需要更正" in text
    assert "检查项area" in text
    assert Conflict.objects.open().count() == 1
    assert Answer.objects.get().value is True


def test_photo_that_is_none_is_told_and_the_rest_taken(client: Client, stage: Stage) -> None:
    person = stage.cast["inspector"]
    file = draft(stage.inspections[0], person, mutation("yes", True), photos=[photo(b"no photo"), photo()])
    text = hand_in(client, person, file).content.decode()
    assert "没有收下的照片" in text
    assert "新收下 1 张" in text
    assert Photo.objects.exclude(arrived_at=None).count() == 1


def spoilt(file: dict[str, Any]) -> list[bytes]:
    whole = json.dumps(file).encode()
    other = json.dumps(file | {"mutations": [mutation("yes", False)]}).encode()
    return [
        b"",
        b"{",
        b"[]",
        whole[: len(whole) // 2],
        other,
        b'{"format": "portal-field-draft"}',
        b"\xff\xfe",
    ]


@pytest.mark.parametrize("number", range(7))
def test_spoilt_file_changes_nothing_and_is_told(client: Client, stage: Stage, number: int) -> None:
    person = stage.cast["inspector"]
    body = spoilt(draft(stage.inspections[0], person, mutation("yes", True)))[number]
    response = hand_in(client, person, body)
    assert response.status_code == 400
    assert "没有导入" in response.content.decode() or "请先选择" in response.content.decode()
    assert AnswerEvent.objects.count() == 0


def test_bad_file_does_not_hold_up_a_good_one(client: Client, stage: Stage) -> None:
    person = stage.cast["inspector"]
    response = hand_in(client, person, b"{", draft(stage.inspections[0], person, mutation("yes", True)))
    assert response.status_code == 400
    assert "新收下 1 项" in response.content.decode()
    assert Answer.objects.count() == 1


def test_nothing_chosen_and_too_many_are_told(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["inspector"])
    assert "请先选择" in client.post(URL).content.decode()
    assert "最多导入10个" in hand_in(client, stage.cast["inspector"], *[b"{"] * 11).content.decode()


def test_file_too_large_is_told(client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspections.sync.DRAFT_BYTES", 1024)
    assert "文件超过" in hand_in(client, stage.cast["inspector"], b"x" * 2000).content.decode()


def test_strangers_hand_in_nothing(client: Client, stage: Stage, other: Stage) -> None:
    file = draft(stage.inspections[0], stage.cast["inspector"], mutation("yes", True))
    strangers = [*other.cast.values(), stage.cast["township_staff"]]
    for person in strangers:
        response = hand_in(client, person, file)
        assert response.status_code == 400
        assert "没有找到这份草稿所属的检查" in response.content.decode()
    response = hand_in(client, stage.cast["administrator"], file)
    assert "没有导入" in response.content.decode()
    assert AnswerEvent.objects.count() == 0


def test_draft_of_somebody_who_does_not_inspect_is_refused(
    client: Client, stage: Stage, other: Stage
) -> None:
    file = draft(stage.inspections[0], other.cast["inspector"], mutation("yes", True))
    text = hand_in(client, stage.cast["inspector"], file).content.decode()
    assert "没有分配到这次检查" in text
    assert AnswerEvent.objects.count() == 0


def test_draft_after_submitting_is_refused_in_words(client: Client, stage: Stage) -> None:
    person, inspection = stage.cast["inspector"], stage.inspections[0]
    answer(inspection, person)
    submit_by(inspection, stage.cast["lead_inspector"])
    events = AnswerEvent.objects.count()
    text = hand_in(client, person, draft(inspection, person, mutation("yes", False))).content.decode()
    assert "已经提交" in text
    assert AnswerEvent.objects.count() == events
