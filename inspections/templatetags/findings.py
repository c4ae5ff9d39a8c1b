"""The deadline and the state of a finding, and the name of a round, as every page shows them."""

import re

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import finding_marks
from ..finding_page import Due
from ..models import Finding
from ..workflow import REINSPECTION_NAME

register = template.Library()
ENDING = re.compile(re.escape(REINSPECTION_NAME).replace(re.escape("{number}"), r"(\d+)") + "$")


@register.filter
def round_name(name: str) -> str:
    """A round's name; the ending that the portal gives to re-inspections is in the reader's language."""
    found = ENDING.search(name)
    return name[: found.start()] + _("·第%(number)s次复查") % {"number": found[1]} if found else name


@register.simple_tag
def due_mark(finding: Finding) -> SafeString:
    """By when a finding is to be put right: one that `give_dues` has given its deadline."""
    return finding_marks.due_mark(finding.due, finding.mode, finding.working_days)  # type: ignore[attr-defined]


@register.simple_tag
def state_mark(finding: Finding, due: Due | None = None) -> SafeString:
    """How far a finding is, with the alert of its deadline where that is not shown elsewhere."""
    return finding_marks.state_mark(finding.state, Finding.State(finding.state).label, due)
