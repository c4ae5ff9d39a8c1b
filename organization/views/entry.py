"""The door and what lies right behind it: log-in, the way home, the person's own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import actions, single_sign_on
from ..forms import LoginForm, OwnPasswordForm
from ..gate import must_change
from ..middleware import address_of, begin
from ..models import Role, User
from ..privacy import DUE, is_due
from ..problems import Problem
from ..release import release
from ..sessions import running

# The first home that a person's roles give.
HOMES = [
    ({Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY}, "reports:county"),
    ({Role.INSPECTOR, Role.LEAD_INSPECTOR}, "inspections:task-list"),
    ({Role.TOWNSHIP_STAFF}, "reports:our-centers"),
    ({Role.SECURITY_ADMINISTRATOR}, "organization:person-list"),
    ({Role.AUDIT_ADMINISTRATOR}, "organization:audit"),
]


class Login(LoginView):
    """Django's log-in, with a row in the trail for each try."""

    http_method_names = ["get", "head", "post"]
    template_name = "organization/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        actions.note_login(by=form.get_user(), address=address_of(self.request))
        let_in(self.request, form.get_user())
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        username = form.cleaned_data.get("username", "")
        waiting = form.has_error(NON_FIELD_ERRORS, "wait")
        actions.note_refused_login(username=username, address=address_of(self.request), waiting=waiting)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sso=single_sign_on.is_on(), sso_name=settings.SSO_NAME, **kwargs)


def let_in(request: HttpRequest, person: User, *, way: str = "") -> None:
    """Begin a session of the person's, whose row in the trail the caller has left."""
    login(request, person, settings.AUTHENTICATION_BACKENDS[0])
    if way:
        request.session[single_sign_on.WAY] = way
    if is_due(person):
        request.session[DUE] = True
    begin(request.session)
    # The key is given when a session is written for the first time.
    request.session.save()
    actions.begin_session(
        by=person,
        session_key=request.session.session_key,
        address=address_of(request),
        agent=request.META.get("HTTP_USER_AGENT", ""),
    )


class Logout(LogoutView):
    """Django's log-out, with its row in the trail."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            actions.note_logout(by=request.user)
        return super().post(request, *args, **kwargs)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    roles = request.user.roles
    for held_by, name in HOMES:
        if roles & held_by:
            return redirect(name)
    return render(request, "organization/no_assignment.html")


@login_not_required
@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Tell a device who is logged in, and the token that its next write needs."""
    if not request.user.is_authenticated:
        return JsonResponse({"login": True}, status=401)
    said = {
        "person": request.user.pk,
        "csrf": get_token(request),
        "release": release(),
        "now": timezone.now().isoformat(),
    }
    return JsonResponse(said)


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the person's own data and change their password."""
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_own_password(
                by=request.user,
                password=form.cleaned_data["new_password1"],
                session_key=request.session.session_key,
            )
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            key = request.session.session_key
            update_session_auth_hash(request, changed)
            actions.move_session(old=key, new=request.session.session_key)
            messages.success(request, _("密码已修改。其他设备上的登录已经退出。"))
            return redirect("home" if request.user.must_change_password else "organization:account")
    facts = [(_("姓名"), request.user.name), (_("用户名"), request.user.username)]
    context = {
        "form": form,
        "facts": facts,
        "grants": request.user.grants,
        "must_change": must_change(request.user, request.session.get(single_sign_on.WAY, "")),
        "sessions": running(request.user, request.session.session_key),
    }
    return render(request, "organization/account.html", context)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the person's own log-ins on another device."""
    session = get_object_or_404(request.user.login_sessions, pk=pk)
    actions.end_session(by=request.user, session=session)
    messages.success(request, _("那台设备上的登录已经退出。"))
    return redirect("organization:account")


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    actions.end_other_sessions(by=request.user, session_key=request.session.session_key)
    messages.success(request, _("其他设备上的登录已经退出。"))
    return redirect("organization:account")
