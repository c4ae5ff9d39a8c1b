"""The way in through the office's own log-in: out to the provider, and back."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import actions
from ..middleware import address_of
from ..problems import Problem
from ..single_sign_on import Refused, ask, prove
from .entry import let_in

NEXT = "sso_next"
SAID = {
    "unreachable": _("统一身份认证暂时连不上，请稍后再试，或用用户名和密码登录。"),
    "cancelled": _("统一身份认证没有完成。请再试一次，或用用户名和密码登录。"),
    "answer": _("统一身份认证的结果没有通过核对，可能是页面停留太久。请再试一次；仍不行请联系系统管理员。"),
}
log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    request.session[NEXT] = request.GET.get("next", "")
    try:
        return ask(request, request.build_absolute_uri(reverse("sso-done")))
    except Refused as refused:
        return _refused(request, refused)


@login_not_required
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider vouches for, if they have an account here that is enabled."""
    if request.user.is_authenticated:
        return redirect("home")
    try:
        proof = prove(request)
        person = actions.enter_by_sso(account=proof.account, address=address_of(request))
    except Refused as refused:
        return _refused(request, refused)
    except Problem as problem:
        messages.error(request, str(problem.message))
        return redirect("login")
    wanted = request.session.pop(NEXT, "")
    let_in(request, person, way=proof.way)
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(wanted if inside else reverse("home"))


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say so, in the trail too; the log holds what the library found."""
    log.warning("single sign-on refused (%s): %r", refused.reason, refused.__cause__)
    actions.note_refused_sso(reason=refused.reason, address=address_of(request))
    messages.error(request, str(SAID[refused.reason]))
    return redirect("login")
