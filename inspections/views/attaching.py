"""The files of a reply's draft, as its form brings them: one taken out, those chosen kept."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.posted import text_of
from organization.problems import Problem

from .. import actions
from ..models import Evidence, Finding


def take_out(request: HttpRequest, findings: Iterable[Finding]) -> Evidence | None:
    """Remove the stored file whose button was pressed, if it is in a draft of these findings.

    One that is gone, by another press of the button, is no fault: the rest of the form is kept all the same.
    """
    wanted = text_of(request.POST, "remove")
    if not wanted:
        return None
    kept = Evidence.objects.visible_to(request.user).kept().filter(finding__in=findings, reply=None)
    row = next((row for row in kept.select_related("finding") if str(row.pk) == wanted), None)
    if row is None:
        return None
    try:
        actions.remove_evidence(evidence=row, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("已删除“%(name)s”。") % {"name": row.name})
    return row


def keep_chosen(request: HttpRequest, finding: Finding, field: str, *, now: datetime) -> None:
    """Keep every file chosen that can be kept; raises `Problem` for the others, all at once.

    It goes before the words are looked at: a browser does not choose again what was chosen. The first
    file may begin the repair, and so `now` is not after the moment of what follows.
    """
    faults = []
    for upload in request.FILES.getlist(field):
        try:
            actions.add_evidence(
                finding=finding, upload=upload, name=upload.name, size=upload.size,
                by=request.user, now=now,
            )  # fmt: skip
        except Problem as problem:
            faults.append(str(problem.message))
    if faults:
        # Of several that are too many each says the same.
        raise Problem(" ".join(dict.fromkeys(faults)), "files")
