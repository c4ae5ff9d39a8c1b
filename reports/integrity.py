"""Whether what was issued is still what is stored: bytes, frozen content, numbers."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F, Max

from .document import DocumentRefused, digest, from_plain
from .models import GivenNumber, NumberSequence, OfficialDocument

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was issued: `what` is a number or an office with its year.

    Codes: file_missing, file_changed, content_changed, content_unreadable, column_changed (the
    column), number_missing, number_changed, gap (how many are missing), sequence.
    """

    code: str
    what: str
    detail: str = ""


def differences(checked: list[int] | None = None) -> Iterator[Difference]:
    """Recompute every digest; one file in memory at a time. `checked` is told each document."""
    rows = OfficialDocument.objects.numbered().select_related("given_number")
    for row in rows.order_by("body_id", "year", "number").iterator(chunk_size=100):
        if checked is not None:
            checked.append(1)
        yield from _file(row)
        yield from _content(row)
        yield from _number(row)
    yield from _register()


def _file(row: OfficialDocument) -> Iterator[Difference]:
    found = hashlib.sha256()
    try:
        with row.pdf.open() as file:
            for piece in file.chunks(CHUNK):
                found.update(piece)
    except FileNotFoundError:
        yield Difference("file_missing", row.number_text, row.pdf.name)
        return
    if found.hexdigest() != row.sha256:
        yield Difference("file_changed", row.number_text, row.pdf.name)


def _content(row: OfficialDocument) -> Iterator[Difference]:
    """The frozen content against its digest, then the columns that lists show against the content."""
    try:
        content = from_plain(row.document)
    except DocumentRefused as refused:
        yield Difference("content_unreadable", row.number_text, str(refused.params.get("place", "")))
        return
    if digest(content) != row.digest:
        yield Difference("content_changed", row.number_text)
    said = content.number
    shown = {
        "title": (row.title, content.title_text),
        "issuer": (row.issuer, content.issuer),
        "number": ((row.number_code, row.year, row.number), said and (said.code, said.year, said.sequence)),
    }
    for column, (here, there) in shown.items():
        if here != there:
            yield Difference("column_changed", row.number_text, column)


def _number(row: OfficialDocument) -> Iterator[Difference]:
    given = getattr(row, "given_number", None)
    if given is None:
        yield Difference("number_missing", row.number_text)
    elif (given.body_id, given.year, given.number) != (row.body_id, row.year, row.number):
        yield Difference("number_changed", row.number_text, given.text)


def _register() -> Iterator[Difference]:
    """Each office's year runs from 1 without a gap up to the last number that was given."""
    years = GivenNumber.objects.order_by().values("body__name", "body_id", "year")
    for year in years.annotate(count=Count("pk"), last=Max("number")):
        what = f"{year['body__name']} {year['year']}"
        if year["count"] != year["last"]:
            yield Difference("gap", what, str(year["last"] - year["count"]))
    lasts = {(row["body_id"], row["year"]): row["last"] for row in years.annotate(last=Max("number"))}
    for sequence in NumberSequence.objects.exclude(last=0).annotate(name=F("body__name")):
        if lasts.get((sequence.body_id, sequence.year)) != sequence.last:
            yield Difference("sequence", f"{sequence.name} {sequence.year}", str(sequence.last))
