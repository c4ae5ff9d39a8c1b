"""The protocol between devices and the portal, in and out; docs/field-protocol.md is its text."""

from .reading import TooLarge, parse, read_body
from .replies import held_words, reply, result_words
from .requests import Announcement, Delivery, parse_announcement, parse_delivery, parse_mutations

__all__ = [
    "Announcement",
    "Delivery",
    "TooLarge",
    "held_words",
    "parse",
    "parse_announcement",
    "parse_delivery",
    "parse_mutations",
    "read_body",
    "reply",
    "result_words",
]
