"""A document's history: one row for each step, written in the step's own transaction."""

from datetime import datetime
from typing import Any

from organization.audit import record
from organization.models import User

from ..models import DocumentEvent, OfficialDocument


def remember(
    document: OfficialDocument, move: str, *, before: str, by: User, now: datetime, **more: Any
) -> DocumentEvent:
    """Write the step into the history; `more` are its words, way, person and day."""
    return DocumentEvent.objects.create(
        document=document, move=move, before=before, after=document.state, by=by, at=now, **more
    )


def told(document: OfficialDocument, move: str, *, by: User, now: datetime, **detail: Any) -> None:
    """Write the step into the trail as well."""
    record(f"document.{move}", by=by, target=document, region=document.region_id, now=now, **detail)
