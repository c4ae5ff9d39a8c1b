"""Issuing bodies, the numbers they give, and official documents as drafted and issued."""

from .documents import DocumentEvent, OfficialDocument
from .jobs import Job, JobFile, JobItem
from .offices import DefaultWording, GivenNumber, IssuingBody, NumberSequence, SealImage

__all__ = [
    "DefaultWording",
    "DocumentEvent",
    "GivenNumber",
    "IssuingBody",
    "Job",
    "JobFile",
    "JobItem",
    "NumberSequence",
    "OfficialDocument",
    "SealImage",
]
