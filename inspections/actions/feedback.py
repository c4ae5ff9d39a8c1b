"""The feedback form of a whole notice (整改情况反馈表): several replies kept, or reported, in one step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organization.models import User
from organization.problems import Problem

from ..models import Finding
from .rectifying import report, save_reply


class RowProblem(Problem):
    """What is wrong about one finding among several; `finding` is its key."""

    def __init__(self, finding: int, problem: Problem) -> None:
        super().__init__(problem.message, problem.field)
        self.finding = finding


@transaction.atomic
def save_feedback(
    *,
    findings: Mapping[int, Finding],
    replies: Mapping[int, Mapping[str, Any]],
    send: bool,
    by: User,
    now: datetime,
) -> int:
    """Keep a reply for each finding that `replies` names by key, all or none; with `send` report them too.

    Returns how many. Raises `RowProblem` for the first that cannot be kept.
    """
    if not replies:
        raise Problem(_("还没有填写。请至少填写一个问题的整改情况。"))
    for key in sorted(replies):
        try:
            save_reply(finding=findings[key], fields=replies[key], by=by, now=now)
            if send:
                report(finding=findings[key], by=by, now=now)
        except Problem as problem:
            raise RowProblem(key, problem) from problem
    return len(replies)
