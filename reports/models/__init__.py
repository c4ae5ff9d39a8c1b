"""Issuing bodies, the numbers they give, official documents, summaries of scores, boundaries of maps."""

from .boundaries import Boundary
from .documents import DocumentEvent, OfficialDocument
from .jobs import Job, JobFile, JobItem
from .offices import DefaultWording, GivenNumber, IssuingBody, NumberSequence, SealImage
from .rehearsals import Rehearsal, Rehearsed
from .summaries import CenterResult, ItemSummary, LatestSummary, ScoreSummary, SectionSummary
from .views import SavedView

__all__ = [
    "Boundary",
    "CenterResult",
    "DefaultWording",
    "DocumentEvent",
    "GivenNumber",
    "IssuingBody",
    "ItemSummary",
    "Job",
    "JobFile",
    "JobItem",
    "LatestSummary",
    "NumberSequence",
    "OfficialDocument",
    "Rehearsal",
    "Rehearsed",
    "SavedView",
    "ScoreSummary",
    "SealImage",
    "SectionSummary",
]
