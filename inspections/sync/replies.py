"""What the portal tells a device: outcomes, and what others changed, as JSON."""

from collections.abc import Mapping
from typing import Any

from ..actions import Result, Synced
from ..answers import UNANSWERED
from ..checklist import Checklist
from ..merging import Held, Outcome, digest
from ..wording import fault_words


def reply(synced: Synced, person: int) -> dict[str, Any]:
    """The answer to a delivery of `person`."""
    done, total, sections = progress(synced.checklist, synced.statuses)
    return {
        "results": [result_words(result, person, synced.names) for result in synced.results],
        "changes": [
            held_words(synced.checklist.by_pk[item].item.code, synced.held[item], person, synced.names)
            for item in sorted(synced.changes | _kept_otherwise(synced))
        ],
        "conflicts": codes(synced.checklist, synced.conflicts),
        "cursor": synced.cursor,
        "restored": synced.restored,
        "answered": done,
        "total": total,
        "sections": sections,
        "photos": {"arrived": synced.arrived, "announced": synced.announced},
    }


def result_words(result: Result, person: int, names: Mapping[int, str]) -> dict[str, Any]:
    """One mutation's outcome; what there is instead, where it is in conflict."""
    item = result.mutation.item
    return {
        "id": str(result.mutation.id),
        "outcome": result.outcome.value,
        "version": result.version,
        "status": result.status,
        "digest": digest(item, result.content) if result.content is not None else "",
        "at": result.at and result.at.isoformat(),
        "errors": fault_words(result.faults) if result.faults else {},
        "theirs": held_words(item, result.theirs, person, names) if result.theirs else None,
    }


def held_words(code: str, held: Held, person: int, names: Mapping[int, str]) -> dict[str, Any]:
    """What there is for one item."""
    return {
        "item": code,
        "version": held.version,
        **held.content,
        "status": held.status,
        "by": names.get(held.by or 0, ""),
        "at": held.at and held.at.isoformat(),
        "mine": held.by == person,
    }


def progress(items: Checklist, statuses: Mapping[int, str]) -> tuple[int, int, dict[str, list[int]]]:
    """How many items are answered, of how many; and the same for each section."""
    done = {item for item, status in statuses.items() if status != UNANSWERED}
    sections = {code: [len(keys & done), len(keys)] for code, keys in items.derive(_keys_by_section).items()}
    return sum(count for count, _ in sections.values()), len(items.entries), sections


def _keys_by_section(items: Checklist) -> dict[str, frozenset[int]]:
    return {section.code: frozenset(entry.pk for entry in entries) for section, entries in items.sections()}


def codes(items: Checklist, keys: frozenset[int]) -> list[str]:
    return [entry.item.code for entry in items.entries if entry.pk in keys] if keys else []


def _kept_otherwise(synced: Synced) -> set[int]:
    """Items of which the portal keeps another spelling than was sent (`1.50` becomes `1.5`)."""
    return {
        synced.checklist.by_code[result.mutation.item].pk
        for result in synced.results
        if result.outcome is Outcome.APPLIED and result.content != result.mutation.given.plain()
    }
