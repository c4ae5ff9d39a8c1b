"""The protocol between devices and the portal, in and out; docs/field-protocol.md is its text."""

from .drafts import MOST_BYTES as DRAFT_BYTES
from .drafts import read_draft
from .reading import TooLarge, parse, read_body
from .replies import held_words, reply, result_words
from .requests import Delivery, named, parse_announcement, parse_delivery, parse_mutations

__all__ = [
    "DRAFT_BYTES",
    "Delivery",
    "TooLarge",
    "held_words",
    "named",
    "parse",
    "parse_announcement",
    "parse_delivery",
    "parse_mutations",
    "read_body",
    "read_draft",
    "reply",
    "result_words",
]
