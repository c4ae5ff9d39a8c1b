"""A form in order for each address that looks at it before it looks at who asks."""

import base64
import json
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from organization.models import User
from tests.inspections.devices import AT, mutation
from tests.small_stage import jpeg

FORMS: dict[str, dict[str, Any]] = {
    "inspections:finding-reply": {
        "measure": "已安装", "responsible": "王强", "result": "not_done", "plan": "下周完成",
    },
    "inspections:finding-report": {
        "measure": "已安装", "responsible": "王强", "result": "not_done", "plan": "下周完成",
    },
    "inspections:round-self-check": {"ends_on": "2999-01-01"},
    "inspections:finding-objection": {"reason": "现场有"},
    "inspections:finding-review": {"move": "return", "words": "照片不清楚"},
    "inspections:request-decide": {"grant": "1"},
    "inspections:messages-choose": {"mode": "never"},
    "reports:request-correct": {"i2-value": "met", "words": "经核实"},
    "reports:document-send-back": {"words": "请核对"},
    "reports:document-withdraw": {"words": "印错"},
    "reports:document-deliver": {"way": "system"},
    "reports:register": {"year": "2025", "through": "2", "reason": "纸质"},
}  # fmt: skip


def sent_to(name: str, person: User, told: dict[str, Any]) -> dict[str, Any]:
    """What a person of ours sends to an address: arguments for `Client.generic` or `Client.post`.

    `told` are the keys that only the scene knows, by address.
    """
    if name == "inspections:sync":
        return _json(
            {
                "person": person.pk,
                "device": str(uuid.uuid4()),
                "cursor": None,
                "mutations": [mutation("yes", True)],
            }
        )
    if name == "inspections:photo-announce":
        return _json(_announcement(person))
    if name == "inspections:photo-upload":
        return {
            "data": b"x" * 10,
            "content_type": "application/octet-stream",
            "headers": {"upload-offset": "0"},
        }
    if name == "inspections:photo-add":
        return {"data": {"photo": SimpleUploadedFile("a.jpg", jpeg())}}
    if name == "inspections:finding-extension":
        until = timezone.localdate() + timedelta(days=60)
        return {"data": {"until": min(until, until.replace(month=12, day=31)), "reason": "设备未到货"}}
    return {"data": FORMS.get(name, {}) | told.get(name, {})}


def _json(body: dict[str, Any]) -> dict[str, Any]:
    return {"data": json.dumps(body), "content_type": "application/json"}


def _announcement(person: User) -> dict[str, Any]:
    return {
        "person": person.pk, "device": str(uuid.uuid4()), "id": str(uuid.uuid4()), "item": "yes", "of": None,
        "sha256": "1" * 64, "size": 1000, "at": AT,
        "thumbnail": base64.b64encode(jpeg("teal", (32, 24))).decode(),
    }  # fmt: skip
