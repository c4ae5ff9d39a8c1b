"""Every write of scores and official documents."""

from .boundaries import Loaded, load_boundaries, remove_boundaries
from .correcting import correct_score, supersede_document
from .documents import (
    bytes_of,
    compose,
    draft_circular,
    draft_notice,
    draft_notices,
    edit_document,
    note_view,
    replace_document,
    set_fields,
)
from .issuing import issue_document, set_issuing_body
from .job_files import remove_old_files
from .jobs import cancel_job, retry_job, start_job
from .long_tables import start_if_long, start_table
from .moving import acknowledge, check_document, deliver, send_back, sign_document, withdraw
from .numbers import enter_paper_numbers, next_number
from .offices import add_seal, retire_seal, set_wording
from .rehearsing import Editions, cancel_rehearsal, standard_of, start_rehearsal
from .saved_views import remove_view, save_view
from .submitting import submit
from .summaries import adjust, follow_center

__all__ = [
    "Editions",
    "Loaded",
    "acknowledge",
    "add_seal",
    "adjust",
    "bytes_of",
    "cancel_job",
    "cancel_rehearsal",
    "check_document",
    "compose",
    "correct_score",
    "deliver",
    "draft_circular",
    "draft_notice",
    "draft_notices",
    "edit_document",
    "enter_paper_numbers",
    "follow_center",
    "issue_document",
    "load_boundaries",
    "next_number",
    "note_view",
    "remove_boundaries",
    "remove_old_files",
    "remove_view",
    "replace_document",
    "retire_seal",
    "retry_job",
    "save_view",
    "send_back",
    "set_fields",
    "set_issuing_body",
    "set_wording",
    "sign_document",
    "standard_of",
    "start_if_long",
    "start_job",
    "start_rehearsal",
    "start_table",
    "submit",
    "supersede_document",
    "withdraw",
]
