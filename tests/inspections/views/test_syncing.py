"""`sync` and `state` as a device meets them: malformed requests, refusals, scope and cost."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from inspections.models import Answer, AnswerEvent, Conflict
from organization.models import AuditEntry, Role
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import (
    NOW,
    Given,
    Stage,
    add_photo,
    answer,
    jpeg,
    of,
    small_stage,
    submit_by,
    submitted,
)
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


def nothing_stored() -> bool:
    return not (AnswerEvent.objects.exists() or Answer.objects.exists() or Conflict.objects.exists())


# ---- malformed


def body_of(phone: Device, **changes: Any) -> dict[str, Any]:
    body = {
        "person": phone.person.pk,
        "device": phone.id,
        "cursor": None,
        "mutations": [mutation("choice", "met"), mutation("yes", True)],
    }
    return body | changes


BAD_FIELDS = [
    ({"id": None}, "mutations[1].id"),
    ({"id": "7"}, "mutations[1].id"),
    ({"id": 7}, "mutations[1].id"),
    ({"item": "nowhere"}, "mutations[1].item"),
    ({"item": ["yes"]}, "mutations[1].item"),
    ({"item": 'yes","area'}, "mutations[1].item"),
    ({"item": "{yes}"}, "mutations[1].item"),
    ({"base": -1}, "mutations[1].base"),
    ({"base": "0"}, "mutations[1].base"),
    ({"base": True}, "mutations[1].base"),
    ({"base": 0.5}, "mutations[1].base"),
    ({"base": 10**12}, "mutations[1].base"),
    ({"after": "x"}, "mutations[1].after"),
    ({"na": "yes"}, "mutations[1].na"),
    ({"reason": 3, "na": True}, "mutations[1].reason"),
    ({"note": ["x"]}, "mutations[1].note"),
    ({"note": "a\0b"}, "mutations[1].note"),
    ({"note": "half \ud83d"}, "mutations[1].note"),
    ({"at": "yesterday"}, "mutations[1].at"),
    ({"at": "2026-11-20T09:30:00"}, "mutations[1].at"),
    ({"at": 1700000000}, "mutations[1].at"),
    ({"at": "0001-01-01T00:00:00+14:00"}, "mutations[1].at"),
    ({"value": "x" * 1001}, "mutations[1].value"),
    ({"value": {"a": "\0"}}, "mutations[1].value.a"),
    ({"extra": 1}, "mutations[1].extra"),
]


@pytest.mark.parametrize(("fields", "path"), BAD_FIELDS)
def test_malformed_change_is_refused_with_its_place_and_nothing_is_stored(
    phone: Device, fields: dict[str, Any], path: str
) -> None:
    body = body_of(phone)
    body["mutations"][1] |= fields
    said = phone.post("sync/", json.dumps(body))
    assert said.status_code == 400
    assert [error["path"] for error in said.json()["errors"]] == [path]
    assert all(error["message"] and "%(" not in error["message"] for error in said.json()["errors"])
    assert nothing_stored()


@pytest.mark.parametrize("name", ["id", "item", "base", "value", "at"])
def test_change_without_a_field_is_refused(phone: Device, name: str) -> None:
    """No client id, above all: an invented one would make a retry a double."""
    body = body_of(phone)
    del body["mutations"][1][name]
    said = phone.post("sync/", json.dumps(body))
    assert (said.status_code, said.json()["errors"][0]["path"]) == (400, f"mutations[1].{name}")
    assert nothing_stored()


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"person": None}, "person"),
        ({"person": "1"}, "person"),
        ({"device": "phone"}, "device"),
        ({"cursor": -1}, "cursor"),
        ({"cursor": "1"}, "cursor"),
        ({"mutations": {}}, "mutations"),
        ({"mutations": None}, "mutations"),
        ({"mutations": [7]}, "mutations[0]"),
        ({"mutations": [{}]}, "mutations[0].value"),
        ({"mutations": [mutation("yes", True)] * 201}, "mutations"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_malformed_delivery_is_refused_with_its_place(
    phone: Device, changes: dict[str, Any], path: str
) -> None:
    said = phone.post("sync/", json.dumps(body_of(phone, **changes)))
    assert (said.status_code, said.json()["errors"][0]["path"]) == (400, path)
    assert nothing_stored()


def raw(text: str) -> bytes:
    return b'{"person": 1, "device": "x", "cursor": null, "mutations": [' + text.encode() + b"]}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"person": 1} trailing', "JSON"),
        (raw('{"value": NaN}'), "NaN"),
        (raw('{"value": -Infinity}'), "Infinity"),
        (raw('{"value": 1e999}'), "数字"),
        (raw('{"value": ' + "9" * 5000 + "}"), "数字"),
        (raw('{"value": 1, "value": 2}'), "重复"),
        (raw("[" * 5000 + "]" * 5000), "嵌套"),
        (raw('{"value": ' + "[" * 40 + "]" * 40 + "}"), "嵌套"),
        (b"[" * 100_000, "嵌套"),
        (b'{"a":' * 50_000, "嵌套"),
        (b"[]", "mutations"),
        (b"null", "mutations"),
    ],
)
def test_what_is_no_json_of_ours_is_refused(phone: Device, body: bytes, words: str) -> None:
    said = phone.post("sync/", body)
    assert said.status_code == 400
    assert words in "".join(error["message"] for error in said.json()["errors"])
    assert len(said.content) < 8000
    assert nothing_stored()


def test_delivery_that_is_too_large_is_refused_unread(phone: Device) -> None:
    said = phone.client.generic(
        "POST",
        f"/inspections/{phone.inspection.pk}/sync/",
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH=str(513 * 1024),
    )
    assert said.status_code == 413
    assert "512 KB" in said.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"]
)
def test_form_where_json_belongs_is_refused(phone: Device, kind: str) -> None:
    said = phone.client.post(f"/inspections/{phone.inspection.pk}/sync/", b"a=1", content_type=kind)
    assert said.status_code == 400
    assert nothing_stored()


def test_200_changes_of_one_item_are_taken(phone: Device) -> None:
    first = mutation("yes", True, note="0")
    sent = [first]
    for turn in range(1, 200):
        sent.append(mutation("yes", True, note=str(turn), after=sent[-1]["id"]))
    assert phone.outcomes(*sent)[-1] == ("applied", 200)
    assert Answer.objects.get().note == "199"


# ---- refusals


def test_without_a_login_a_script_is_told_so(phone: Device) -> None:
    phone.client.logout()
    for said in (phone.try_sync(), phone.client.get(f"/inspections/{phone.inspection.pk}/state/")):
        assert (said.status_code, said.json()) == (401, {"login": True})


def test_outbox_of_another_person_is_not_taken(phone: Device, stage: Stage) -> None:
    said = phone.try_sync(mutation("yes", True), person=stage.cast["lead_inspector"].pk)
    assert (said.status_code, said.json()) == (409, {"person": True})
    assert nothing_stored()


def test_rotated_token_is_told_in_json(stage: Stage) -> None:
    strict = Client(enforce_csrf_checks=True, headers=JSON)
    phone = Device(stage.cast["inspector"], stage.inspections[0], client=strict)
    said = phone.try_sync(mutation("yes", True))
    assert (said.status_code, said.json()) == (403, {"csrf": True})
    assert nothing_stored()


def test_refusal_is_in_the_trail(stage: Stage) -> None:
    overseer = Device(stage.cast["administrator"], stage.inspections[0])
    said = overseer.try_sync(mutation("yes", True))
    assert (said.status_code, said.json()["results"]) == (403, [])
    entry = AuditEntry.objects.get(result="refused")
    assert (entry.action, entry.by) == ("inspection.fill", overseer.person)


@pytest.mark.parametrize("path", ["sync/", "state/"])
def test_another_county_next_door_and_unknown_are_not_found(stage: Stage, other: Stage, path: str) -> None:
    near = [make_user(f"{role}-near", [(role, stage.county.townships[1])]) for role in Role.values]
    for person in [*other.cast.values(), *near]:
        device = Device(person, stage.inspections[0])
        url = f"/inspections/{stage.inspections[0].pk}/{path}"
        said = device.try_sync(mutation("yes", True)) if path == "sync/" else device.client.get(url)
        assert (said.status_code, said.json()) == (404, {"missing": True}), person
    unknown = Device(stage.cast["inspector"], stage.inspections[0])
    assert unknown.client.get(f"/inspections/{uuid4()}/state/").status_code == 404
    assert nothing_stored()


def test_stranger_is_told_nothing_about_the_body(stage: Stage, other: Stage) -> None:
    stranger = Device(other.cast["inspector"], stage.inspections[0])
    assert stranger.post("sync/", b"{" * 100).status_code == 404


def test_get_of_sync_and_post_of_state_are_refused(phone: Device) -> None:
    assert phone.client.get(f"/inspections/{phone.inspection.pk}/sync/").status_code == 405
    assert phone.post("state/", "{}").status_code == 405


# ---- state


def state(device: Device, **query: Any) -> dict[str, Any]:
    said = device.client.get(f"/inspections/{device.inspection.pk}/state/", query)
    assert said.status_code == 200
    return said.json()


def test_state_holds_all_that_the_kept_form_shows(phone: Device, stage: Stage) -> None:
    tablet = Device(stage.cast["lead_inspector"], stage.inspections[0])
    tablet.sync(mutation("yes", True), mutation("area", "150"))
    phone.sync(mutation("yes", False))
    photo = add_photo(stage.inspections[0], phone.person, jpeg())
    body = state(phone)
    assert {one["item"]: (one["value"], one["version"], one["mine"]) for one in body["answers"]} == {
        "yes": (True, 1, False),
        "area": ("150", 1, False),
    }
    assert (body["answered"], body["total"], body["conflicts"], body["lead"]) == (2, 6, ["yes"], False)
    assert [(one["id"], one["item"], one["done"]) for one in body["photos"]] == [(str(photo.pk), "yes", True)]
    assert body["center"] == stage.inspections[0].center.name
    assert body["previous"] == {}
    at_work = {one["name"]: one["section"] for one in body["people"]}
    assert at_work == {"inspector": "", "lead_inspector": "one"} or at_work[tablet.person.name] == "one"
    assert state(tablet)["lead"] is True


def test_state_since_a_cursor_is_what_changed(phone: Device, stage: Stage) -> None:
    tablet = Device(stage.cast["lead_inspector"], stage.inspections[0])
    phone.sync(mutation("yes", True), mutation("area", "150"))
    cursor = state(phone)["cursor"]
    assert state(phone, since=cursor)["answers"] == []
    tablet.sync(mutation("choice", "met"))
    body = state(phone, since=cursor)
    assert [one["item"] for one in body["answers"]] == ["choice"]
    assert "previous" not in body
    for odd in ("x", "-1", "9" * 30, str(10**12)):
        body = state(phone, since=odd)
        assert (len(body["answers"]), body["restored"]) == (3, odd == str(10**12))


def again(stage: Stage, name: str = "复查") -> Device:
    """A later round over the same centers, by the same people."""
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    take_in(round, stage.cast, ("township",))
    return Device(stage.cast["inspector"], of(round)[0])


def test_state_shows_the_last_result_with_its_photos(stage: Stage) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    submitted(stage, 0, yes=Given(False, note="门未开"))
    device = again(stage)
    previous = state(device)["previous"]
    assert (previous["yes"]["status"], previous["yes"]["note"]) == ("not_met", "门未开")
    (shown,) = previous["yes"]["photos"]
    assert shown["id"] == str(photo.pk)
    assert device.client.get(shown["thumbnail_url"]).status_code == 200


def test_photos_of_the_last_inspection_are_shown_to_whoever_inspects_now_and_to_no_other(
    stage: Stage, other: Stage
) -> None:
    add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    submitted(stage, 0)
    device = again(stage)
    newcomer = make_user("newcomer", [(Role.INSPECTOR, stage.county.region)])
    for person in (newcomer, other.cast["inspector"]):
        outside = Client()
        outside.force_login(person)
        (shown,) = state(device)["previous"]["yes"]["photos"]
        assert outside.get(shown["url"]).status_code == 404
    device.inspection.inspectors.add(newcomer)
    inside = Device(newcomer, device.inspection)
    (shown,) = state(inside)["previous"]["yes"]["photos"]
    assert inside.client.get(shown["url"]).status_code == 200


def test_state_of_a_submitted_inspection_is_closed(phone: Device, stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    submit_by(stage.inspections[0], stage.cast["lead_inspector"], NOW)
    said = phone.client.get(f"/inspections/{phone.inspection.pk}/state/")
    assert (said.status_code, list(said.json())) == (403, ["closed"])


@pytest.mark.parametrize("townships", [1, 3])
def test_situation_of_other_centers_changes_nothing(townships: int) -> None:
    stage = small_stage(townships=townships)
    for inspection in stage.inspections[1:]:
        Device(stage.cast["inspector"], inspection).sync(mutation("yes", True))
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    body = phone.sync(mutation("choice", "met"))
    assert (body["answered"], body["changes"]) == (1, [])
