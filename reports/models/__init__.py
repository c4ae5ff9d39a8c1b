"""Issuing bodies, the numbers they give, and official documents as drafted and issued."""

from .documents import DocumentEvent, OfficialDocument
from .offices import DefaultWording, GivenNumber, IssuingBody, NumberSequence, SealImage

__all__ = [
    "DefaultWording",
    "DocumentEvent",
    "GivenNumber",
    "IssuingBody",
    "NumberSequence",
    "OfficialDocument",
    "SealImage",
]
