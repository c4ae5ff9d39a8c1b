"""Receipts: what the portal held of an inspection at a moment, each answer and photo by its digest."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .merging import canonical

FORMAT, VERSION = "portal-field-receipt", 1
MOST_BYTES = 4 * 1024 * 1024
# What identifies an answer or a photo, and what of it must still be so.
ANSWER_FACTS = ("version", "digest", "mutation", "captured_at", "received_at")
PHOTO_FACTS = ("item", "sha256", "stored_sha256", "size", "captured_at", "received_at", "removed_at")


class NoReceipt(Exception):
    """The file is no receipt of this kind; the message says why."""


@dataclass(frozen=True)
class Difference:
    """One thing of a receipt that is otherwise today; `now` is None where it is not there any more."""

    place: str
    name: str
    then: Any
    now: Any


def build(
    *,
    inspection: Mapping[str, Any],
    answers: Iterable[Mapping[str, Any]],
    photos: Iterable[Mapping[str, Any]],
    made_at: str,
    made_for: str,
) -> dict[str, Any]:
    """A receipt without its signature: plain JSON values, answers by item and photos by identifier.

    `sha256` of a photo is of the bytes as they were received, `stored_sha256` of those that are kept.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "inspection": dict(inspection),
        "made_at": made_at,
        "made_for": made_for,
        "answers": sorted((dict(one) for one in answers), key=lambda one: one["item"]),
        "photos": sorted((dict(one) for one in photos), key=lambda one: one["id"]),
    }


def digest(receipt: Mapping[str, Any]) -> str:
    """SHA-256 of a receipt's content in canonical JSON, as it can be read out over the telephone."""
    return hashlib.sha256(canonical(_content(receipt))).hexdigest()


def sign(receipt: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The receipt with its digest and the HMAC-SHA256 of its content under the portal's key."""
    content = _content(receipt)
    return {**content, "digest": digest(content), "signature": _signature(content, key)}


def is_signed(receipt: Mapping[str, Any], key: bytes) -> bool:
    """Whether the portal that holds `key` made exactly this receipt."""
    told = str(receipt.get("signature", ""))
    content = _content(receipt)
    return hmac.compare_digest(told.encode(), _signature(content, key).encode()) and (
        receipt.get("digest") == digest(content)
    )


def read(body: bytes) -> dict[str, Any]:
    """A receipt out of a file; raises `NoReceipt`."""
    if len(body) > MOST_BYTES:
        raise NoReceipt("larger than 4 MB")
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise NoReceipt("not JSON") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT or raw.get("version") != VERSION:
        raise NoReceipt(f"not {FORMAT} {VERSION}")
    lists = (raw.get("answers"), raw.get("photos"))
    rows = [row for rows in lists if isinstance(rows, list) for row in rows]
    if not all(isinstance(rows, list) for rows in lists) or not all(isinstance(row, dict) for row in rows):
        raise NoReceipt("answers and photos must be lists of objects")
    if not isinstance(raw.get("inspection"), dict):
        raise NoReceipt("inspection must be an object")
    return raw


def differences(receipt: Mapping[str, Any], present: Mapping[str, Any]) -> list[Difference]:
    """What of a receipt is otherwise in one made now; what has come since is no difference."""
    return [
        *_differences("answers", "item", ANSWER_FACTS, receipt, present),
        *_differences("photos", "id", PHOTO_FACTS, receipt, present),
    ]


def _differences(
    part: str, key: str, facts: tuple[str, ...], then: Mapping[str, Any], now: Mapping[str, Any]
) -> list[Difference]:
    present = {row[key]: row for row in now[part]}
    found = []
    for row in then[part]:
        place = f"{part} {row.get(key)}"
        if row.get(key) not in present:
            found.append(Difference(place, "", row.get(facts[0]), None))
            continue
        other = present[row[key]]
        found += [
            Difference(place, fact, row.get(fact), other.get(fact))
            for fact in facts
            if row.get(fact) != other.get(fact)
        ]
    return found


def _content(receipt: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in receipt.items() if name not in ("digest", "signature")}


def _signature(content: Mapping[str, Any], key: bytes) -> str:
    return hmac.new(key, canonical(content), hashlib.sha256).hexdigest()
