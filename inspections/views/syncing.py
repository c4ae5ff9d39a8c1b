"""What a device delivers and asks for, in JSON."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organization.problems import Problem
from organization.release import release
from standards.faults import Faults
from standards.wording import describe

from .. import actions, permissions, state, sync
from ..checklist import checklist_of
from ..delivery_rows import find_with_present
from ..entrance import find_to_fill
from ..loading import load_inspection

SYNC_BYTES = 512 * 1024
FAULTS_TOLD = 20
View = Callable[..., JsonResponse]


def in_json(view: View) -> View:
    """Tell in JSON what is wrong with a request: 400 with each place, 413 where it is too large."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, *args, **kwargs)
        except Faults as faults:
            return errors([(fault.path, describe(fault)) for fault in faults.faults[:FAULTS_TOLD]], 400)
        except sync.TooLarge as error:
            most = error.most // 1024
            return errors([("", _("内容超过 %(most)d KB，请分几次发送。") % {"most": most})], 413)
        except Problem as problem:
            return errors([(problem.field or "", str(problem.message))], 400)

    return told


def errors(found: list[tuple[str, str]], status: int, **more: object) -> JsonResponse:
    rows = [{"path": path, "message": message} for path, message in found]
    return JsonResponse({"errors": rows, **more}, status=status)


@require_POST
@in_json
def sync_answers(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Take in what a device changed; tell what came of it, and what others changed."""
    try:
        raw = sync.parse(sync.read_body(request, SYNC_BYTES))
    except (Faults, sync.TooLarge):
        # What is wrong with it is told to those alone who may see the inspection.
        find_to_fill(request.user, pk)
        raise
    inspection, present = find_with_present(request.user, pk, *sync.named(raw))
    delivery = sync.parse_delivery(raw, checklist_of(inspection).by_code)
    if delivery.person != request.user.pk:
        return JsonResponse({"person": True}, status=409)
    try:
        synced = actions.sync(
            inspection=inspection,
            mutations=delivery.mutations,
            cursor=delivery.cursor,
            device=delivery.device,
            by=request.user,
            now=timezone.now(),
            present=present,
        )
    except actions.Closed as closed:
        closed.told = {"results": [sync.result_words(one, request.user.pk, {}) for one in closed.results]}
        raise
    return JsonResponse({**sync.reply(synced, request.user.pk), "release": release()})


@require_safe
@in_json
def inspection_state(request: HttpRequest, pk: UUID) -> JsonResponse:
    """All that the kept form needs to show this inspection; with `?since=cursor`, what is new."""
    inspection = load_inspection(request.user, pk)
    permissions.can_fill(request.user, inspection).enforce(
        action="inspection.fill", target=inspection, region=inspection.region_id
    )
    since = request.GET.get("since", "")
    cursor = int(since) if since.isdecimal() and len(since) <= 15 else None
    told = state.build(inspection=inspection, person=request.user, since=cursor, now=timezone.now())
    return JsonResponse({**told, "release": release()})
