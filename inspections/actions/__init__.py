"""Every write to rounds, inspections, answers, photos and findings."""

from .arriving import UPLOADS, Arrival, announce_photo, arrival, receive_piece
from .drafts import Imported, import_draft
from .filling import Saved, Stale, save_answer, save_answers
from .photos import PHOTOS_PER_ITEM, add_photo, remove_photo
from .rounds import add_centers, assign, create_round
from .settling import settle
from .submitting import digest_of_answers, lock_for_submit, mark_submitted, notify_findings, open_findings
from .syncing import Closed, Result, Synced, sync

__all__ = [
    "PHOTOS_PER_ITEM",
    "UPLOADS",
    "Arrival",
    "Closed",
    "Imported",
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
    "digest_of_answers",
    "import_draft",
    "lock_for_submit",
    "mark_submitted",
    "notify_findings",
    "open_findings",
    "receive_piece",
    "remove_photo",
    "save_answer",
    "save_answers",
    "settle",
    "sync",
]
