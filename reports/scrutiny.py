"""What every document goes through before it is frozen: its texts cleaned, then checked."""

from dataclasses import is_dataclass, replace
from typing import Any, TypeVar, cast

from .document import Document, DocumentRefused, Place, texts
from .wording import clean

# The words of penalties and of orders to outsiders: a paper inside the administration is neither.
FORBIDDEN = ("责令", "处罚", "复议")
MAY_BE_EMPTY = {"note", "copy_to", "text", "lost", "clause", "heading", "caption", "post", "mark_words"}
Composed = TypeVar("Composed", bound=Document)


def settled(document: Composed) -> Composed:
    """Return the document as it may be frozen.

    Raises DocumentRefused: empty when a text is missing, forbidden_word when a text handed in has
    a word that no document here may have.
    """
    cleaned = cast(Composed, _cleaned(document))
    for place, text in texts(cleaned):
        if not text and not _may_be_empty(place):
            raise DocumentRefused("empty", place=place)
        for word in FORBIDDEN:
            if word in text:
                raise DocumentRefused("forbidden_word", place=place, word=word)
    if not cleaned.title_text:
        raise DocumentRefused("empty", place=("title",))
    return cleaned


def _may_be_empty(place: Place) -> bool:
    # A cell of a table: what is not known yet is filled in by hand.
    cell = len(place) > 2 and place[-3] == "rows" and isinstance(place[-1], int)
    return place[-1] in MAY_BE_EMPTY or (cell and place[0] != "feedback")


def _cleaned(value: Any) -> Any:
    """Return a dataclass with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{k: _cleaned(v) for k, v in vars(value).items()})
    return value
