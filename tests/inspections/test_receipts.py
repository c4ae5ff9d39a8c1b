"""Receipts: signed, read back, and compared with what is held, each difference by its name."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inspections import receipts
from inspections.actions import import_draft
from inspections.arrivals import Draft
from inspections.holdings import held_of, receipt_of, signing_key
from inspections.models import Photo
from tests.inspections.devices import Device, mutation
from tests.small_stage import NOW, Stage, jpeg

pytestmark = pytest.mark.django_db
KEY = b"k" * 32
RECEIPT = receipts.build(
    inspection={"id": "i"},
    answers=[
        {"item": item, "version": 2, "digest": item, "mutation": "m", "captured_at": "1", "received_at": "2"}
        for item in ("yes", "area")
    ],
    photos=[{"id": "p", "item": "yes", "sha256": "s", "stored_sha256": "t", "size": 5}],
    made_at="now",
    made_for="某人",
)


def changed(part: str, index: int, **facts: Any) -> dict[str, Any]:
    rows = [dict(row) for row in RECEIPT[part]]
    rows[index] |= facts
    return {**RECEIPT, part: rows}


def test_receipt_is_ordered_by_item() -> None:
    assert [row["item"] for row in RECEIPT["answers"]] == ["area", "yes"]


def test_signature_holds_for_exactly_this_content_and_key() -> None:
    signed = receipts.sign(RECEIPT, KEY)
    assert receipts.is_signed(signed, KEY)
    assert receipts.is_signed(json.loads(json.dumps(signed, indent=2)), KEY)
    assert not receipts.is_signed(signed, b"x" * 32)
    assert not receipts.is_signed({**signed, "made_at": "then"}, KEY)
    assert not receipts.is_signed({**signed, **changed("answers", 0, version=9)}, KEY)
    assert not receipts.is_signed({**signed, "signature": ""}, KEY)
    assert not receipts.is_signed({**signed, "digest": "0"}, KEY)
    assert not receipts.is_signed({**signed, "more": 1}, KEY)


def test_nothing_differs_from_itself_nor_from_what_came_later() -> None:
    later = {**RECEIPT, "photos": [*RECEIPT["photos"], {"id": "q"}]}
    assert receipts.differences(RECEIPT, later) == []


@pytest.mark.parametrize(
    ("part", "index", "fact", "place"),
    [
        ("answers", 1, "version", "answers yes"),
        ("answers", 1, "digest", "answers yes"),
        ("answers", 0, "received_at", "answers area"),
        ("photos", 0, "sha256", "photos p"),
        ("photos", 0, "stored_sha256", "photos p"),
    ],
)
def test_each_difference_is_named(part: str, index: int, fact: str, place: str) -> None:
    (found,) = receipts.differences(RECEIPT, changed(part, index, **{fact: "other"}))
    assert (found.place, found.name, found.now) == (place, fact, "other")


def test_what_is_gone_is_named() -> None:
    found = receipts.differences(RECEIPT, {**RECEIPT, "answers": [], "photos": []})
    assert [(one.place, one.now) for one in found] == [
        ("answers area", None),
        ("answers yes", None),
        ("photos p", None),
    ]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"format": "x"}', b"\xff"),
        b" " * (receipts.MOST_BYTES + 1),
        *(
            json.dumps({**RECEIPT, **change}).encode()
            for change in ({"version": 2}, {"answers": 1}, {"photos": [1]}, {"inspection": "i"})
        ),
    ],
)
def test_file_that_is_no_receipt_is_refused(body: bytes) -> None:
    with pytest.raises(receipts.NoReceipt):
        receipts.read(body)


# ---- of an inspection


@pytest.fixture
def phone(stage: Stage) -> Device:
    device = Device(stage.cast["inspector"], stage.inspections[0])
    device.sync(mutation("yes", True), mutation("area", "150"))
    device.upload(jpeg("teal", (120, 90)))
    return device


def test_receipt_tells_each_answer_and_photo_with_both_times(phone: Device) -> None:
    results = phone.sync(mutation("choice", "met"))["results"]
    receipt = receipt_of(phone.inspection, phone.person, timezone.now())
    assert receipts.is_signed(receipt, signing_key())
    assert receipts.digest(receipt) == receipt["digest"]
    told = {row["item"]: row for row in receipt["answers"]}
    assert set(told) == {"yes", "area", "choice"}
    assert (told["choice"]["digest"], told["choice"]["version"]) == (results[0]["digest"], 1)
    assert told["choice"]["captured_at"] == "2026-11-20T01:30:00.000+00:00" != told["choice"]["received_at"]
    (photo,) = receipt["photos"]
    row = Photo.objects.get()
    assert (photo["id"], photo["sha256"], photo["stored_sha256"], photo["size"]) == (
        str(row.pk),
        row.received_sha256,
        row.sha256,
        row.announced_size,
    )


def test_receipt_names_who_brought_anothers_draft(stage: Stage) -> None:
    from inspections.sync import parse_mutations

    made_by, lead = stage.cast["inspector"], stage.cast["lead_inspector"]
    changes = parse_mutations([mutation("yes", True)], {"yes"}, 5)
    draft = Draft(stage.inspections[0].pk, made_by.pk, changes[0].id, NOW, 1, 1, changes, photos=())
    import_draft(inspection=stage.inspections[0], draft=draft, by=lead, now=NOW)
    (row,) = held_of(stage.inspections[0])["answers"]
    assert (row["person"], row["delivered_by"]) == (made_by.name, lead.name)


def test_photo_on_its_way_is_in_no_receipt(phone: Device) -> None:
    phone.announce(jpeg("red"))
    assert len(receipt_of(phone.inspection, phone.person, timezone.now())["photos"]) == 1


@pytest.mark.parametrize("photos", [1, 3])
def test_receipt_costs_the_same(phone: Device, django_assert_num_queries: Any, photos: int) -> None:
    for shade in range(photos - 1):
        phone.upload(jpeg(f"rgb({shade}, 0, 0)", (50, 40)))
    with django_assert_num_queries(2):
        assert len(receipt_of(phone.inspection, phone.person, NOW)["photos"]) == photos


# ---- the command


def verify(path: Path) -> str:
    out = io.StringIO()
    call_command("verify_receipt", str(path), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(phone: Device, tmp_path: Path) -> Path:
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt_of(phone.inspection, phone.person, timezone.now())))
    return path


def test_command_says_that_everything_is_as_it_was(file: Path) -> None:
    said = verify(file)
    assert "签名正确" in said
    assert "2个答案，1张照片" in said


def test_command_refuses_a_changed_receipt(file: Path) -> None:
    file.write_text(file.read_text().replace('"version": 1', '"version": 2', 1))
    with pytest.raises(CommandError, match=r"不是回执|签名不符"):
        verify(file)
    receipt = json.loads(file.read_text()) | {"version": 1}
    receipt["answers"][0]["digest"] = "0" * 64
    file.write_text(json.dumps(receipt))
    with pytest.raises(CommandError, match="签名不符"):
        verify(file)


def test_command_refuses_a_receipt_of_another_server(file: Path, settings: Any) -> None:
    settings.SECRET_KEY = "another"
    with pytest.raises(CommandError, match="签名不符"):
        verify(file)


def test_command_names_what_was_changed_later(file: Path, phone: Device, capsys: Any) -> None:
    phone.sync(mutation("yes", False, base=1))
    out = io.StringIO()
    with pytest.raises(CommandError, match="不一致"):
        call_command("verify_receipt", str(file), stdout=out)
    assert "answers yes version：回执上是 1，现在是 2（后来改过，原来的内容仍在记录里）" in out.getvalue()


def test_command_names_a_damaged_and_a_lost_file(file: Path) -> None:
    photo = Photo.objects.get()
    Path(photo.file.path).write_bytes(b"damaged")
    for _ in range(2):
        out = io.StringIO()
        with pytest.raises(CommandError, match="1处"):
            call_command("verify_receipt", str(file), stdout=out)
        assert f"photos {photo.pk}" in out.getvalue()
        Path(photo.file.path).unlink(missing_ok=True)


def test_command_without_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读不到文件"):
        verify(tmp_path / "nowhere.json")
    (tmp_path / "x.json").write_text("x")
    with pytest.raises(CommandError, match="不是回执"):
        verify(tmp_path / "x.json")
