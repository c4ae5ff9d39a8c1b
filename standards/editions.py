"""An edition's rows as `StandardData`, and the plain values that its JSON columns hold.

In JSON a decimal is text, so that no database or driver makes a float of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection

from .content import StandardData
from .measures import KINDS, number_text
from .models import Clause, Edition, Item, Section
from .schema import parse_standard

DECIMAL_KEYS = {"points", "min", "minimum", "maximum", "below", "partly_ratio", "deduct_each"}
# Every submission asks this anew, since estimates may change.
_EFFORTS = """
SELECT i.code, e.size FROM standards_effort e JOIN standards_item i ON i.id = e.item_id
WHERE i.edition_id = %s
"""
_published: dict[int, StandardData] = {}


def load_edition(edition_pk: int) -> StandardData:
    """The edition rebuilt from its rows: four queries, and none again in this process once published.

    A published edition is frozen by the database, so what was read of it stays true.
    """
    if edition_pk not in _published:
        edition = Edition.objects.get(pk=edition_pk)
        data = _rebuild(edition)
        if not edition.is_published:
            return data
        _published[edition_pk] = data
    return _published[edition_pk]


def predecessor(edition: Edition) -> Edition | None:
    """The edition that this one says it follows."""
    if not edition.replaces:
        return None
    link = edition.replaces
    return Edition.objects.filter(standard=link["standard"], edition=link["edition"]).first()


def efforts_of(edition_pk: int) -> dict[str, str]:
    """What the repairs of an edition's items take, by code; items without an estimate are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_EFFORTS, [edition_pk])
        return dict(cursor.fetchall())


def forget_editions() -> None:
    """Empty this process's memory; tests need it, since they take published rows back."""
    _published.clear()


def to_json(value: Any) -> Any:
    """Plain data of a standard as a JSON column holds it."""
    if isinstance(value, dict):
        return {key: to_json(member) for key, member in value.items()}
    if isinstance(value, list):
        return [to_json(member) for member in value]
    return number_text(value) if isinstance(value, Decimal) else value


def from_json(value: Any, decimal: bool = False) -> Any:
    """What `to_json` was given."""
    if isinstance(value, dict):
        return {key: from_json(member, decimal or key in DECIMAL_KEYS) for key, member in value.items()}
    if isinstance(value, list):
        return [from_json(member) for member in value]
    return Decimal(value) if decimal and isinstance(value, str) else value


def _rebuild(edition: Edition) -> StandardData:
    clauses: dict[int, list[dict[str, Any]]] = {}
    items: dict[int, list[dict[str, Any]]] = {}
    for item in Item.objects.filter(edition=edition).order_by("position"):
        items.setdefault(item.clause_id, []).append(_item(item))
    for clause in Clause.objects.filter(section__edition=edition).order_by("position"):
        clauses.setdefault(clause.section_id, []).append(
            {
                "code": clause.code,
                "heading": clause.heading,
                "text": clause.text,
                "items": items.get(clause.pk, []),
            }
        )
    return parse_standard(
        {
            "format": 1,
            "standard": edition.standard,
            "edition": edition.edition,
            "title": edition.title,
            "document_number": edition.document_number,
            "issued_on": edition.issued_on.isoformat() if edition.issued_on else None,
            "notes": edition.notes,
            "policy": from_json(edition.policy),
            "sections": [
                {"code": section.code, "title": section.title, "clauses": clauses.get(section.pk, [])}
                for section in Section.objects.filter(edition=edition).order_by("position")
            ],
            "summary": edition.summary,
            **({"replaces": edition.replaces} if edition.replaces else {}),
        }
    )


def _item(item: Item) -> dict[str, Any]:
    applies = dict(zip(KINDS, (item.for_township, item.for_village), strict=True))
    return {
        "code": item.code,
        "title": item.title,
        "applies_to": [kind for kind in KINDS if applies[kind]],
        "points": item.points,
        "veto": item.veto,
        "na_allowed": item.na_allowed,
        "measure": from_json(item.measure),
        "methods": item.methods,
        "rectify": item.rectify,
        "finding": item.finding,
        "requirement": item.requirement,
        "hint": item.hint,
    }
