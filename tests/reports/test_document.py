"""The frozen notice: its number, its round trip through JSON, and its digest."""

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from reports.document import KINDS, DocumentRefused, Number, digest, from_plain, images, texts, to_plain
from tests.reports.notices import notice
from tests.reports.samples import SEAL, samples


def test_number_has_hexagonal_brackets_and_no_leading_zero() -> None:
    assert Number("审服办", 2026, 7).text == "审服办〔2026〕7号"


def test_number_of_a_draft_leaves_its_place_empty() -> None:
    assert Number("审服办", 2026, None).text == "审服办〔2026〕\u3000号"


def test_notice_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        notice().title = ("另一个",)  # type: ignore[misc]


@pytest.mark.parametrize("count", [1, 10, 70])
def test_plain_form_survives_json(count: int) -> None:
    document = notice(count)
    assert from_plain(json.loads(json.dumps(to_plain(document)))) == document


def test_plain_form_of_a_draft_keeps_the_missing_number() -> None:
    document = notice(number=Number("审服办", 2026, None), preview=True)
    assert from_plain(to_plain(document)).number.sequence is None


def test_digest_is_of_the_content_not_of_the_order_of_keys() -> None:
    document = notice()
    shuffled = from_plain(dict(reversed(to_plain(document).items())))
    assert digest(shuffled) == digest(document)
    assert len(digest(document)) == 64


@pytest.mark.parametrize(
    "changes",
    [{"demonstration": True}, {"addressee": "白营镇人民政府"}, {"number": Number("审服办", 2026, 16)}],
)
def test_digest_changes_with_any_field(changes: dict[str, Any]) -> None:
    assert digest(replace(notice(), **changes)) != digest(notice())


def _without_title(plain: dict[str, Any]) -> None:
    del plain["title"]


def _with_unknown(plain: dict[str, Any]) -> None:
    plain["color"] = "red"


def _with_wrong_type(plain: dict[str, Any]) -> None:
    plain["number"]["year"] = "2026"


def _with_flag_for_number(plain: dict[str, Any]) -> None:
    plain["number"]["sequence"] = True


def _with_unknown_seal(plain: dict[str, Any]) -> None:
    plain["seal"] = "drawn"


def _with_row_of_wrong_length(plain: dict[str, Any]) -> None:
    plain["feedback"]["rows"][0] = [1]


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (_without_title, ()),
        (_with_unknown, ()),
        (_with_wrong_type, ("number", "year")),
        (_with_flag_for_number, ("number", "sequence")),
        (_with_unknown_seal, ("seal",)),
        (_with_row_of_wrong_length, ("feedback", "rows", 0)),
    ],
)
def test_damaged_plain_form_is_refused_with_its_place(damage: Any, place: tuple[Any, ...]) -> None:
    plain = to_plain(notice())
    damage(plain)
    with pytest.raises(DocumentRefused) as refused:
        from_plain(plain)
    assert refused.value.code == "malformed"
    assert refused.value.params["place"] == place


@pytest.mark.parametrize("plain", [None, [], "notice", 7])
def test_plain_form_of_another_shape_is_refused(plain: Any) -> None:
    with pytest.raises(DocumentRefused):
        from_plain(plain)


def test_texts_name_their_places() -> None:
    found = dict(texts(notice()))
    assert found[("addressee",)] == "宜沟镇人民政府"
    assert found[("findings", "rows", 0, "clause")] == "一、（一）2"


# ---- every kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_survives_json(kind: str) -> None:
    document = samples()[kind]
    assert from_plain(json.loads(json.dumps(to_plain(document)))) == document
    assert digest(from_plain(to_plain(document))) == digest(document)


def test_kinds_have_digests_of_their_own() -> None:
    assert len({digest(document) for document in samples().values()}) == len(KINDS)


def test_document_written_with_fewer_fields_is_still_read() -> None:
    """As it was before there were kinds, seals' pictures, photos and receipts."""
    plain = to_plain(notice(2))
    for later in ("kind", "seal_image", "post", "annexes", "proof"):
        del plain[later]
    for part in plain["parts"]:
        for passage in part["passages"]:
            del passage["blocks"]
    assert from_plain(plain) == notice(2)


@pytest.mark.parametrize("kind", ["decree", None, 7, ["notice"]])
def test_unknown_kind_is_refused(kind: Any) -> None:
    with pytest.raises(DocumentRefused) as refused:
        from_plain(to_plain(notice()) | {"kind": kind})
    assert refused.value.params == {"place": ("kind",)}


def test_block_of_an_unknown_sort_is_refused_with_its_place() -> None:
    plain = to_plain(samples()["circular"])
    plain["annexes"][0]["blocks"][0]["block"] = "script"
    with pytest.raises(DocumentRefused) as refused:
        from_plain(plain)
    assert refused.value.params["place"] == ("annexes", 0, "blocks", 0, "block")


def test_images_are_named_once_each_in_order_of_use() -> None:
    found = images(samples()["notice"])
    assert len(found) == len(set(found)) == 7
    assert found[0] == SEAL.image
    assert images(notice()) == ()


def test_digest_covers_the_pictures() -> None:
    document = samples()["notice"]
    other = replace(document, seal_image=replace(SEAL, image="0" * 64))
    assert digest(other) != digest(document)
