"""Rounds, the inspections in them, answers with their history, photos and findings."""

from .answers import Answer, AnswerEvent, Conflict
from .calendars import CalendarDay, CalendarYear
from .corrections import Correction
from .findings import Finding
from .messages import Message, MessageChoice
from .photos import Photo, PhotoChunk
from .rectification import Evidence, FindingEvent, RectificationPolicy, Reply, Request
from .rounds import Inspection, Round

__all__ = [
    "Answer",
    "AnswerEvent",
    "CalendarDay",
    "CalendarYear",
    "Conflict",
    "Correction",
    "Evidence",
    "Finding",
    "FindingEvent",
    "Inspection",
    "Message",
    "MessageChoice",
    "Photo",
    "PhotoChunk",
    "RectificationPolicy",
    "Reply",
    "Request",
    "Round",
]
