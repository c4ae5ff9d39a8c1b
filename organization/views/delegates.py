"""The people of a township's villages, for the township's own staff."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions
from ..codes import Level
from ..forms import DelegateForm
from ..models import Assignment, Region, Role, User
from ..permissions import can_delegate, is_delegate_of
from ..problems import Problem
from ..querysets import within


@require_safe
def delegate_list(request: HttpRequest) -> HttpResponse:
    """The villages with who works for each; those whom only the county may edit are named without a link."""
    can_delegate(request.user).enforce(action="delegate.list", target=request.path)
    villages = list(_villages(request.user))
    held = Assignment.objects.filter(role=Role.TOWNSHIP_STAFF, region__in=villages)
    people: dict[str, list[User]] = {}
    for person in (
        User.objects.filter(assignments__in=held).distinct().prefetch_related("assignments__region")
    ):
        person.grants = list(person.assignments.all())
        person.may_edit = is_delegate_of(request.user, person)
        for grant in person.grants:
            people.setdefault(grant.region_id, []).append(person)
    for village in villages:
        village.people = people.get(village.code, [])
    return render(request, "organization/delegate_list.html", {"villages": villages})


@require_http_methods(["GET", "HEAD", "POST"])
def delegate_create(request: HttpRequest) -> HttpResponse:
    can_delegate(request.user).enforce(action="person.delegate", target=request.path)
    form = DelegateForm(
        request.POST or None, villages=_villages(request.user), initial={"region": request.GET.get("village")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.delegate(by=request.user, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, _("已新增人员。请把用户名和初始密码当面告诉本人。"))
            return redirect("organization:delegate-list")
    return render(request, "organization/delegate_create.html", {"form": form})


def _villages(user: User) -> object:
    mine = within(user.prefixes(Role.TOWNSHIP_STAFF), "code")
    return Region.objects.filter(mine, level=Level.VILLAGE)
