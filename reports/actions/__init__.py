"""Every write of scores and notices."""

from .issuing import issue_notice, next_number, set_issuing_body
from .notices import bytes_of, compose, draft_notice, edit_notice, note_view
from .submitting import submit

__all__ = [
    "bytes_of",
    "compose",
    "draft_notice",
    "edit_notice",
    "issue_notice",
    "next_number",
    "note_view",
    "set_issuing_body",
    "submit",
]
