"""The person's own second factor: set up, asked for, renewed, given up."""

import django_otp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import actions
from ..forms import TokenForm
from ..models import PhoneFactor
from ..permissions import can_drop_own_factor
from ..problems import Problem
from ..second_factor import is_required, picture, secret_text


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the digits, let the person set a factor up, or show that all is done."""
    if request.user.second_factor_at is None:
        return _set_up(request)
    if not request.user.is_verified():
        return _ask(request)
    context = {
        "may_drop": can_drop_own_factor(request.user),
        "left": request.user.recovery_codes.filter(used_at=None).count(),
        "crumbs": _crumbs(),
    }
    return render(request, "organization/second_factor.html", context)


@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    try:
        codes = actions.renew_recovery_codes(by=request.user)
    except Problem as problem:
        messages.error(request, str(problem.message))
        return redirect("organization:second-factor")
    return _codes(request, codes)


@require_POST
def own_factor_drop(request: HttpRequest) -> HttpResponse:
    actions.drop_own_factor(by=request.user)
    messages.success(request, _("已停用动态口令。"))
    return redirect("organization:account")


def _ask(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = actions.pass_second_factor(by=request.user, token=form.cleaned_data["token"])
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            _verified(request, device)
            return redirect("home")
    return render(request, "organization/second_factor_ask.html", {"form": form})


def _set_up(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = actions.confirm_second_factor(by=request.user, token=form.cleaned_data["token"])
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            _verified(request, device)
            return _codes(request, codes)
    device = actions.begin_second_factor(by=request.user)
    context = {
        "form": form,
        "picture": picture(device),
        "secret": secret_text(device),
        "required": is_required(request.user),
        "crumbs": _crumbs(),
    }
    return render(request, "organization/second_factor_set_up.html", context)


def _verified(request: HttpRequest, device: PhoneFactor) -> None:
    """Let the session go on under a new key, as one whose second factor was shown."""
    old = request.session.session_key
    request.session.cycle_key()
    django_otp.login(request, device)
    actions.move_session(old=old, new=request.session.session_key)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "organization/recovery_codes.html", {"codes": codes})


def _crumbs() -> list[tuple[str, str]]:
    return [(_("我的账号"), reverse("organization:account"))]
