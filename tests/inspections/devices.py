"""A device as the tests play it: it makes identifiers, sends JSON and keeps nothing."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from inspections.models import Inspection
from organization.models import User
from tests.small_stage import jpeg

AT = "2026-11-20T09:30:00+08:00"


def mutation(
    item: str, value: Any = None, *, base: int = 0, after: str | None = None, **more: Any
) -> dict[str, Any]:
    """One change as a device sends it; `more` overrides or adds fields."""
    made = {"id": str(uuid4()), "item": item, "base": base, "after": after, "value": value, "at": AT}
    return made | {"na": False, "reason": "", "note": ""} | more


@dataclass
class Device:
    """A browser in which somebody is logged in."""

    person: User
    inspection: Inspection
    id: str = field(default_factory=lambda: str(uuid4()))
    client: Client = field(default_factory=lambda: Client(headers={"accept": "application/json"}))
    cursor: int | None = None

    def __post_init__(self) -> None:
        self.client.force_login(self.person)

    def post(self, path: str, data: Any) -> Any:
        return self.client.post(f"/inspections/{self.inspection.pk}/{path}", data, "application/json")

    def sync(self, *mutations: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Deliver; the answer must be a success. The cursor moves on."""
        said = self.try_sync(*mutations, **more)
        assert said.status_code == 200, said.content
        body = said.json()
        self.cursor = body["cursor"]
        return body

    def try_sync(self, *mutations: dict[str, Any], **more: Any) -> Any:
        body = {"person": self.person.pk, "device": self.id, "cursor": self.cursor, "mutations": mutations}
        return self.post("sync/", json.dumps(body | more))

    def outcomes(self, *mutations: dict[str, Any]) -> list[tuple[str, int]]:
        return [(result["outcome"], result["version"]) for result in self.sync(*mutations)["results"]]

    def announce(self, body: bytes, item: str = "yes", **more: Any) -> Any:
        announced = {
            "person": self.person.pk, "device": self.id, "id": str(uuid4()), "item": item, "of": None,
            "sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "at": AT,
            "thumbnail": base64.b64encode(jpeg("teal", (32, 24))).decode(),
        }  # fmt: skip
        return self.post("photos/", json.dumps(announced | more))

    def put(self, photo: str | UUID, offset: int, piece: bytes, **more: Any) -> Any:
        return self.client.put(
            f"/inspections/{self.inspection.pk}/photos/{photo}/",
            piece,
            content_type="application/octet-stream",
            headers={"upload-offset": str(offset)} | more,
        )

    def upload(self, body: bytes, item: str = "yes", piece: int = 400, **more: Any) -> dict[str, Any]:
        """Announce a photo and send all of it; returns the last answer."""
        said = self.announce(body, item, **more).json()
        while not said["done"]:
            at = said["offset"]
            said = self.put(said["id"], at, body[at : at + piece]).json()
        return said
