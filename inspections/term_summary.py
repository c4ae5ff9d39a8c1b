"""What a notice leads to by when: its findings grouped by the day on which they are due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _

from organization.templatetags.portal import day

from . import workflow
from .finding_page import Due, due_of
from .models import Finding


@dataclass(frozen=True)
class Group:
    """Open findings that are due on one day; `due` is None for those to be kept up for good."""

    label: str
    due: Due | None
    findings: list[Finding]


@dataclass(frozen=True)
class Terms:
    """`begin` is None before the notice is acknowledged, where terms begin by that.

    `fixed` is the day that the notice names for what has a term, if it names one.
    """

    begin: date | None
    groups: list[Group] = field(default_factory=list)
    closed: int = 0
    fixed: date | None = None

    @property
    def words(self) -> str:
        if self.begin is None:
            return _("整改时限从签收之日起按工作日计算，签收当日不计入。")
        if self.fixed:
            return _("限期整改的问题以通知写明的%(day)s为限，立行立改的另按工作日计算。") % {
                "day": day(self.fixed)
            }
        return _("整改时限从%(day)s起按工作日计算，当日不计入。") % {"day": day(self.begin)}


def terms_of(findings: Sequence[Finding], today: date) -> Terms:
    """The findings of one notice, what is due first before the rest; three queries at the most."""
    begun = [finding.term_from for finding in findings if finding.term_from]
    if not begun:
        return Terms(None)
    standing = [finding for finding in findings if finding.state in workflow.OPEN]
    standing.sort(key=lambda row: (row.due_on or date.max, _label(row), row.pk))
    dues = due_of(standing, today)
    groups = []
    for label, rows in groupby(standing, key=_label):
        members = list(rows)
        groups.append(Group(label, _most_urgent(members, dues), members))
    fixed = next((finding.fixed_on for finding in findings if finding.fixed_on), None)
    return Terms(min(begun), groups, len(findings) - len(standing), fixed)


def _label(finding: Finding) -> str:
    if finding.due_on:
        return day(finding.due_on)
    # Where the notice names a day, what is to be put right at once may still wait for the receipt.
    waits = finding.term_from is None and finding.mode != Finding.Mode.SUSTAINED
    return _("签收后起算") if waits else _("长期坚持")


def _most_urgent(findings: Sequence[Finding], dues: dict[int, Due]) -> Due | None:
    """The deadline as it stands for those that are still with the township, else as it stands."""
    found = [dues[row.pk] for row in findings if row.pk in dues]
    return next((due for due in found if due.left), found[0] if found else None)
