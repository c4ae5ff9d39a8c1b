"""How lists show by when a finding is to be put right, and how far it is."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from organization.marks import status
from organization.templatetags.portal import deadline

from .finding_page import Due
from .workflow import ACKNOWLEDGED, CLOSED, FOUND, NOTIFIED, WITHDRAWN

# As the tags of `organization.marks` are called; what is not here is in repair.
CODES = {CLOSED: "closed", NOTIFIED: "open", ACKNOWLEDGED: "open"}
LOUD = ("bad", "warn")


def due_mark(due: Due | None, mode: str, working_days: int | None) -> SafeString:
    """The day, and how long that is from now; without a day (no term runs), in how many days it will be."""
    if due is None:
        return format_html("<span>{}</span>", deadline(mode, working_days))
    provisional = format_html(" {}", status(tone="warn", label=_("暂定"))) if due.provisional else ""
    left: SafeString | str = ""
    if due.left and due.tone:
        left = format_html(" {}", status(tone=due.tone, label=due.left))
    elif due.left:
        left = format_html(' <span class="text-nowrap">{}</span>', due.left)
    # The dot stays with the day, so that no line begins with it; a tag needs none.
    dot = " ·" if left and not provisional else ""
    return format_html(
        '<span><span class="text-nowrap">{}{}</span>{}{}</span>', due.words, dot, provisional, left
    )


def state_mark(state: str, label: object, due: Due | None = None) -> SafeString:
    """The state in its words, after the alert of a deadline that is near or over."""
    alert = status(tone=due.tone, label=due.left) if due and due.tone in LOUD else ""
    tag = (
        status(tone="quiet", label=label)
        if state in (FOUND, WITHDRAWN)
        else status(CODES.get(state, "in_repair"), label=label)
    )
    return format_html("{} {}", alert, tag)
