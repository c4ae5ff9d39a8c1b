"""The rows of a device's delivery, written by two statements of plain SQL."""

import json
import uuid
from typing import Any


def write_rows(device: Any, inspection: Any, count: int, at: str) -> None:
    """Write the next `count` answers of a device, and their log, in one transaction."""
    from datetime import datetime

    from django.db import connection, transaction

    from inspections.checklist import checklist

    device.turn += 1
    items = checklist(inspection.edition_id, inspection.kind).by_code
    own, spell = (
        (str(inspection.pk), str)
        if connection.vendor == "postgresql"
        else (inspection.pk.hex, lambda u: u.hex)
    )
    moment = datetime.fromisoformat(at).isoformat(sep=" ")
    note, events, answers = f"第{device.turn}次", [], []
    for item, value in list(device.values.items())[:count]:
        version = device.versions.get(item, 0) + 1
        device.versions[item] = version
        text = json.dumps(value)
        content = f'{{"value": {text}, "na": false, "reason": "", "note": "{note}"}}'
        events += [
            *(own, items[item].pk, spell(uuid.uuid4()), version - 1, version, "applied", content),
            *(device.person, moment, moment),
        ]
        answers += [own, items[item].pk, text, False, "", note, "met", version, device.person, moment]
    row = f"({', '.join(['%s'] * 10)})"
    rows = ", ".join([row] * count)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inspections_answerevent (inspection_id, item_id, mutation, base, version, outcome, "
            f"new, by_id, captured_at, at) VALUES {rows}",
            events,
        )
        cursor.execute(
            "INSERT INTO inspections_answer (inspection_id, item_id, value, na, reason, note, status, "
            f"version, updated_by_id, updated_at) VALUES {rows} ON CONFLICT (inspection_id, item_id) "
            "DO UPDATE SET value = excluded.value, note = excluded.note, version = excluded.version",
            answers,
        )
