"""Downloads of many documents at once."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import permissions
from ..exports import round_zip
from ..loading import load_round_of_notices


@require_POST
def round_notices(request: HttpRequest, pk: int) -> HttpResponse:
    """A round's issued notices as a ZIP; a POST, since the export is written into the trail."""
    round = load_round_of_notices(request.user, pk)
    permissions.can_export(request.user).enforce(action="notices.export", target=round)
    archive = round_zip(round=round, by=request.user, now=timezone.now())
    if archive is None:
        messages.info(request, _("本轮次还没有印发的通知，没有可以导出的文件。"))
        return redirect("reports:notice-list")
    return FileResponse(archive, as_attachment=True, filename=f"{round.name}.zip")
