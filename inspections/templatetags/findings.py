"""The deadline and the state of a finding, as every page shows them."""

from django import template
from django.utils.safestring import SafeString

from .. import finding_marks
from ..finding_page import Due
from ..models import Finding

register = template.Library()


@register.simple_tag
def due_mark(finding: Finding) -> SafeString:
    """By when a finding is to be put right: one that `give_dues` has given its deadline."""
    return finding_marks.due_mark(finding.due, finding.mode, finding.working_days)  # type: ignore[attr-defined]


@register.simple_tag
def state_mark(finding: Finding, due: Due | None = None) -> SafeString:
    """How far a finding is, with the alert of its deadline where that is not shown elsewhere."""
    return finding_marks.state_mark(finding.state, Finding.State(finding.state).label, due)
