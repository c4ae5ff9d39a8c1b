"""Every write to rounds, inspections, answers, photos and findings."""

from .arriving import Arrival, announce_photo, arrival, receive_piece
from .calendars import load_year
from .filling import Saved, Stale, save_answer, save_answers
from .photos import PHOTOS_PER_ITEM, add_photo, remove_photo
from .rounds import add_centers, assign, create_round
from .submitting import lock_for_submit, mark_submitted, notify_findings, open_findings
from .syncing import Closed, Result, Synced, sync

__all__ = [
    "PHOTOS_PER_ITEM",
    "Arrival",
    "Closed",
    "Result",
    "Saved",
    "Stale",
    "Synced",
    "add_centers",
    "add_photo",
    "announce_photo",
    "arrival",
    "assign",
    "create_round",
    "load_year",
    "lock_for_submit",
    "mark_submitted",
    "notify_findings",
    "open_findings",
    "receive_piece",
    "remove_photo",
    "save_answer",
    "save_answers",
    "sync",
]
