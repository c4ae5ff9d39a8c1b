"""Rounds, the inspections in them, answers with their history, photos, findings, and their counts."""

from .answers import Answer, AnswerEvent, Conflict
from .calendars import CalendarDay, CalendarYear
from .corrections import Correction
from .findings import Finding
from .likeness import PhotoPrint, PhotoTwin
from .messages import Message, MessageChoice
from .photos import Photo, PhotoChunk
from .rectification import Evidence, FindingEvent, RectificationPolicy, Reply, Request
from .rounds import Inspection, Round
from .tallies import NO_DAY, FindingTally, RoundTally

__all__ = [
    "NO_DAY",
    "Answer",
    "AnswerEvent",
    "CalendarDay",
    "CalendarYear",
    "Conflict",
    "Correction",
    "Evidence",
    "Finding",
    "FindingEvent",
    "FindingTally",
    "Inspection",
    "Message",
    "MessageChoice",
    "Photo",
    "PhotoChunk",
    "PhotoPrint",
    "PhotoTwin",
    "RectificationPolicy",
    "Reply",
    "Request",
    "Round",
    "RoundTally",
]
