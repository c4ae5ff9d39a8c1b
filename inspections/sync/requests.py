"""What a device may ask, checked field by field: dataclasses, or every fault with its place."""

import base64
import binascii
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from standards.faults import Fault, Faults, join, shown

from ..answers import Given
from ..arrivals import SMALL_PICTURE_BYTES, Announcement
from ..merging import Mutation
from .reading import Refused, plain

MOST_MUTATIONS = 200
MOST_VERSION = 10**9
MOST_KEY = 10**15
VALUE_LENGTH = 1000
_DELIVERY = ("person", "device", "cursor", "mutations")
_MUTATION = ("id", "item", "base", "after", "value", "na", "reason", "note", "at")
_ANNOUNCEMENT = ("person", "device", "id", "item", "of", "sha256", "size", "at", "thumbnail")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CODE = re.compile(r"[\w.-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NO_UUID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of `sync`."""

    person: int
    device: UUID
    cursor: int | None
    mutations: tuple[Mutation, ...]


class Fields:
    """The named parts of one object; each reader notes a fault where a part is not what it should be."""

    def __init__(self, raw: object, path: str, names: tuple[str, ...], faults: list[Fault]) -> None:
        self.path, self.faults = path, faults
        self.is_object = isinstance(raw, dict)
        self.raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        if not self.is_object:
            self._fault("", raw, "mapping", keys="、".join(names))
            return
        for name in self.raw:
            if name not in names:
                self._fault(name, name, "known_key", keys="、".join(names))

    def uuid(self, name: str) -> UUID:
        value = self.raw.get(name)
        if isinstance(value, str) and _UUID.fullmatch(value):
            return UUID(value)
        self.fault(name, "uuid")
        return _NO_UUID

    def uuid_or_none(self, name: str) -> UUID | None:
        return None if self.raw.get(name) is None else self.uuid(name)

    def whole(self, name: str, least: int, most: int) -> int:
        value = self.raw.get(name)
        if type(value) is int and least <= value <= most:
            return value
        self.fault(name, "whole_range", least=str(least), most=str(most))
        return 0

    def flag(self, name: str) -> bool:
        value = self.raw.get(name, False)
        if value is not True and value is not False:
            self.fault(name, "flag")
        return value is True

    def text(self, name: str) -> str:
        value = self.raw.get(name, "")
        if isinstance(value, str):
            return value
        self.fault(name, "text")
        return ""

    def sha256(self, name: str) -> str:
        value = self.raw.get(name)
        if isinstance(value, str) and _SHA256.fullmatch(value):
            return value
        self.fault(name, "sha256")
        return ""

    def item(self, items: Container[str]) -> str:
        value = self.raw.get("item")
        if isinstance(value, str) and value in items:
            return value
        self.fault("item", "item_code")
        return ""

    def moment(self, name: str) -> datetime:
        """A device's clock reading; one in no zone says nothing."""
        value = self.raw.get(name)
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        except ValueError:
            found = None
        if found and found.tzinfo and 1970 <= found.year < 2200:
            return found
        self.fault(name, "moment")
        return datetime.fromtimestamp(0, UTC)

    def value(self, name: str) -> object:
        found = self.raw.get(name)
        if found is None or found is True or found is False or type(found) is int:
            return found
        if isinstance(found, str) and len(found) > VALUE_LENGTH:
            self.fault(name, "text_length", most=str(VALUE_LENGTH), count=str(len(found)))
            return None
        return found if isinstance(found, str) else plain(found, join(self.path, name), self.faults)

    def picture(self, name: str, most: int) -> bytes:
        """Bytes in Base64, at most so many."""
        value = self.raw.get(name)
        try:
            found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
        except (binascii.Error, ValueError):
            found = b""
        if 0 < len(found) <= most:
            return found
        self.faults.append(Fault(join(self.path, name), "", "picture_bytes", {"most": str(most // 1024)}))
        return b""

    def fault(self, name: str, expected: str, **params: str) -> None:
        found = self.raw.get(name)
        if isinstance(found, Refused):
            self._fault(name, found.found, found.expected)
        elif self.is_object and name not in self.raw:
            self.faults.append(Fault(join(self.path, name), "", "required"))
        elif self.is_object:
            self._fault(name, found, expected, **params)

    def _fault(self, name: str, found: object, expected: str, **params: str) -> None:
        path = join(self.path, name) if name else self.path
        self.faults.append(Fault(path, shown(found), expected, params))


def named(raw: object) -> tuple[list[str], list[str]]:
    """The items and mutations of which a request of `sync` seems to speak, before it is looked at closely."""
    rows = raw.get("mutations") if isinstance(raw, dict) else None
    rows = [one for one in rows[:MOST_MUTATIONS] if isinstance(one, dict)] if isinstance(rows, list) else []
    codes = {code for one in rows if isinstance(code := one.get("item"), str) and _CODE.fullmatch(code)}
    given = {value for one in rows for value in (one.get("id"), one.get("after")) if isinstance(value, str)}
    return list(codes), [value for value in given if _UUID.fullmatch(value)]


def parse_delivery(raw: object, items: Container[str]) -> Delivery:
    """A request of `sync` about an inspection with these items; raises `Faults`."""
    faults: list[Fault] = []
    fields = Fields(raw, "", _DELIVERY, faults)
    cursor = None if fields.raw.get("cursor") is None else fields.whole("cursor", 0, MOST_KEY)
    delivery = Delivery(
        person=fields.whole("person", 1, MOST_KEY),
        device=fields.uuid("device"),
        cursor=cursor,
        mutations=_mutations(fields.raw.get("mutations"), items, MOST_MUTATIONS, faults),
    )
    if faults:
        raise Faults(faults)
    return delivery


def parse_mutations(raw: object, items: Container[str], most: int) -> tuple[Mutation, ...]:
    """The mutations of a draft file; raises `Faults`."""
    faults: list[Fault] = []
    mutations = _mutations(raw, items, most, faults)
    if faults:
        raise Faults(faults)
    return mutations


def parse_announcement(raw: object, items: Container[str]) -> Announcement:
    """The announcement of a photo about an inspection with these items; raises `Faults`."""
    faults: list[Fault] = []
    fields = Fields(raw, "", _ANNOUNCEMENT, faults)
    announcement = Announcement(
        person=fields.whole("person", 1, MOST_KEY),
        device=fields.uuid("device"),
        id=fields.uuid("id"),
        item=fields.item(items),
        of=fields.uuid_or_none("of"),
        sha256=fields.sha256("sha256"),
        size=fields.whole("size", 1, MOST_KEY),
        at=fields.moment("at"),
        thumbnail=fields.picture("thumbnail", SMALL_PICTURE_BYTES),
    )
    if faults:
        raise Faults(faults)
    return announcement


def _mutations(raw: object, items: Container[str], most: int, faults: list[Fault]) -> tuple[Mutation, ...]:
    if not isinstance(raw, list):
        faults.append(
            Fault(
                "mutations", shown(raw) if raw is not None else "", "list" if raw is not None else "required"
            )
        )
        return ()
    if len(raw) > most:
        params = {"least": "0", "most": str(most), "count": str(len(raw))}
        faults.append(Fault("mutations", shown(raw), "list_length", params))
        return ()
    return tuple(_mutation(one, f"mutations[{i}]", items, faults) for i, one in enumerate(raw))


def _mutation(raw: object, path: str, items: Container[str], faults: list[Fault]) -> Mutation:
    fields = Fields(raw, path, _MUTATION, faults)
    na = fields.flag("na")
    if not na and "value" not in fields.raw:
        fields.fault("value", "required")
    note = fields.text("note").replace("\r\n", "\n").replace("\t", " ").strip()
    return Mutation(
        id=fields.uuid("id"),
        item=fields.item(items),
        base=fields.whole("base", 0, MOST_VERSION),
        after=fields.uuid_or_none("after"),
        given=Given(
            None if na else fields.value("value"), na, fields.text("reason").strip() if na else "", note
        ),
        at=fields.moment("at"),
    )
