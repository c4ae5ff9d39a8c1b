"""Notices from before get their round, their address for verification, their history and their numbers."""

import hashlib
import json
import secrets
from typing import Any

from django.db import migrations


def tell_history(apps: Any, schema_editor: Any) -> None:
    document_model = apps.get_model("reports", "OfficialDocument")
    rows = document_model.objects.select_related("inspection").defer("inspection__snapshot")
    # Numbers enter the register in their order.
    for row in rows.order_by("body_id", "year", "number", "pk").iterator():
        row.round_id = row.inspection.round_id
        row.token = secrets.token_urlsafe(16)
        if row.document is not None:
            row.digest = _digest(row.document)
        row.save(update_fields=["round", "token", "digest"])
        _tell(apps, row)


def _digest(plain: Any) -> str:
    """As `reports.document.digest` has it."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _tell(apps: Any, row: Any) -> None:
    events = apps.get_model("reports", "DocumentEvent").objects
    events.create(document=row, move="draft", after="draft", by_id=row.drafted_by_id, at=row.drafted_at)
    if row.state != "issued":
        return
    events.create(
        document=row, move="issue", before="draft", after="issued", by_id=row.issued_by_id, at=row.issued_at
    )
    apps.get_model("reports", "GivenNumber").objects.create(
        body_id=row.body_id, number_code=row.number_code, year=row.year, number=row.number, document=row,
        given_by_id=row.issued_by_id, given_at=row.issued_at,
    )  # fmt: skip


def forget_history(apps: Any, schema_editor: Any) -> None:
    """Go back to drafts and issued notices; refused once there is a document that those cannot hold."""
    documents = apps.get_model("reports", "OfficialDocument").objects
    if documents.exclude(kind="notice").exists() or documents.filter(state="withdrawn").exists():
        raise RuntimeError("documents other than notices, or withdrawn ones: there is no way back")
    apps.get_model("reports", "DocumentEvent").objects.all().delete()
    apps.get_model("reports", "GivenNumber").objects.all().delete()
    documents.filter(state__in=("checked", "signed")).update(state="draft")
    documents.filter(state__in=("delivered", "acknowledged")).update(state="issued")


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_official_documents")]

    operations = [migrations.RunPython(tell_history, forget_history)]
