"""One field of a form read by itself, where the page has no form of its own for it."""

from django.http import QueryDict


def text_of(posted: QueryDict, name: str, longest: int | None = None) -> str:
    """The field's text, cut after `longest` characters, without NUL, which no database takes."""
    return (posted.get(name) or "").replace("\x00", "")[:longest]
