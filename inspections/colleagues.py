"""The other inspectors of an inspection: when something last came from each, and what is known to be missing.

What waits on a phone without signal nobody can know here: whoever submits is told when each was heard of.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce

from organization.models import User

from .merging import Outcome
from .models import AnswerEvent, Inspection, Photo


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of them; `photos` were announced and have not arrived."""

    name: str
    heard_at: datetime | None
    photos: int


def colleagues(inspection: Inspection, person: User) -> list[Colleague]:
    """All inspectors but `person`, by their names."""
    others = list(
        inspection.inspectors.exclude(pk=person.pk).order_by("name", "pk").values_list("pk", "name")
    )
    if not others:
        return []
    answered, photographed = _answered(inspection), _photographed(inspection)
    found = []
    for pk, name in others:
        moments, coming = photographed.get(pk, ([], 0))
        found.append(Colleague(name, max([*answered.get(pk, []), *moments], default=None), coming))
    return found


def _answered(inspection: Inspection) -> dict[int, list[datetime]]:
    """When an answer of each last came, whatever became of it; the lead's decisions came from nobody."""
    events = AnswerEvent.objects.filter(inspection=inspection).exclude(outcome=Outcome.SETTLED)
    rows = events.order_by().values(person=Coalesce("captured_by_id", "by_id")).annotate(last=Max("at"))
    return {row["person"]: [row["last"]] for row in rows}


def _photographed(inspection: Inspection) -> dict[int, tuple[list[datetime], int]]:
    """When a photo of each was last announced and last arrived, and how many are on their way."""
    rows = Photo.objects.filter(inspection=inspection).order_by()
    rows = rows.values(person=Coalesce("captured_by_id", "added_by_id")).annotate(
        announced=Max("added_at"),
        arrived=Max("arrived_at"),
        coming=Count("pk", filter=Q(removed_at=None, arrived_at=None)),
    )
    return {
        row["person"]: ([at for at in (row["announced"], row["arrived"]) if at], row["coming"])
        for row in rows
    }
