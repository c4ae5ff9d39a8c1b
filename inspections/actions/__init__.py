"""Every write to rounds, inspections, answers, photos and findings."""

from .arriving import UPLOADS, Arrival, announce_photo, arrival, receive_piece
from .calendars import load_year
from .centers import follow_center, lock_center
from .correcting import answers_as_corrected, corrected_answer, lock_to_correct, write_correction
from .drafts import Imported, import_draft
from .feedback import RowProblem, save_feedback
from .filling import Saved, Stale, save_answer, save_answers
from .likeness import note_likeness
from .messaging import choose_messages, read_messages, remind, remove_old_messages
from .moving import acknowledge_findings, notify_findings, recall_findings
from .photos import PHOTOS_PER_ITEM, add_photo, remove_photo
from .rectifying import (
    add_evidence,
    ask_extension,
    object_to,
    remove_evidence,
    report,
    save_reply,
)
from .reinspecting import open_findings_of, order_reinspection, place_of_reinspection, settle_reinspection
from .reviewing import decide_request, review, set_policy
from .rounds import add_centers, assign, create_round, take_out
from .self_checks import ask_self_check
from .settling import settle
from .submitting import digest_of_answers, lock_for_submit, mark_submitted, open_findings
from .syncing import Closed, Result, Synced, sync

__all__ = [
    "PHOTOS_PER_ITEM",
    "UPLOADS",
    "Arrival",
    "Closed",
    "Imported",
    "Result",
    "RowProblem",
    "Saved",
    "Stale",
    "Synced",
    "acknowledge_findings",
    "add_centers",
    "add_evidence",
    "add_photo",
    "announce_photo",
    "answers_as_corrected",
    "arrival",
    "ask_extension",
    "ask_self_check",
    "assign",
    "choose_messages",
    "corrected_answer",
    "create_round",
    "decide_request",
    "digest_of_answers",
    "follow_center",
    "import_draft",
    "load_year",
    "lock_center",
    "lock_for_submit",
    "lock_to_correct",
    "mark_submitted",
    "note_likeness",
    "notify_findings",
    "object_to",
    "open_findings",
    "open_findings_of",
    "order_reinspection",
    "place_of_reinspection",
    "read_messages",
    "recall_findings",
    "receive_piece",
    "remind",
    "remove_evidence",
    "remove_old_messages",
    "remove_photo",
    "report",
    "review",
    "save_answer",
    "save_answers",
    "save_feedback",
    "save_reply",
    "set_policy",
    "settle",
    "settle_reinspection",
    "sync",
    "take_out",
    "write_correction",
]
