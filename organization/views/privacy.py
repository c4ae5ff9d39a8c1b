"""Personal data: the notice at the door, the person's own data, and those of others on their request."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import actions
from ..models import User
from ..permissions import can_handle_data
from ..privacy import DUE, data_of, is_due, stored
from ..problems import Problem


@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is stored, why and how long; a POST says that it was read."""
    if request.method == "POST":
        if is_due(request.user):
            actions.acknowledge_notice(by=request.user)
        request.session.pop(DUE, None)
        return redirect("home")
    context = {
        "rows": stored(),
        "due": is_due(request.user),
        "version": settings.PRIVACY_VERSION,
        "contact": settings.PRIVACY_CONTACT,
        "crumbs": _crumbs(),
    }
    return render(request, "organization/privacy.html", context)


@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    """What the person may ask for: a copy, corrections, and being forgotten, with what must be kept."""
    facts = [
        (_("姓名"), request.user.name),
        (_("用户名"), request.user.username),
        (_("已阅读的告知"), _read(request.user)),
    ]
    return render(request, "organization/own_data.html", {"facts": facts, "crumbs": _crumbs()})


@never_cache
@require_POST
def own_data_download(request: HttpRequest) -> HttpResponse:
    actions.note_own_data(by=request.user)
    return _file(request.user)


@never_cache
@require_POST
def person_data(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    actions.note_data_of(by=request.user, person=person)
    return _file(person)


@require_POST
def person_anonymize(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    can_handle_data(request.user, person).enforce(
        action="person.anonymize", target=person, region=person.home_code
    )
    try:
        actions.anonymize_person(by=request.user, person=person)
    except Problem as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("已去除这个账号的身份信息。"))
    return redirect("organization:person-edit", person.pk)


def _file(person: User) -> HttpResponse:
    said = {"ensure_ascii": False, "indent": 1}
    response = JsonResponse(data_of(person), json_dumps_params=said)
    response.headers["Content-Disposition"] = f'attachment; filename="personal-data-{person.pk}.json"'
    return response


def _read(person: User) -> str:
    if person.notice_at is None:
        return _("还没有")
    return f"{person.notice_version}（{person.notice_at:%Y-%m-%d}）"


def _crumbs() -> list[tuple[str, str]]:
    return [(_("我的账号"), reverse("organization:account"))]
