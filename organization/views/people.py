"""People: accounts and the roles they hold, for security administrators."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import actions
from ..forms import GrantForm, NameForm, NewPasswordForm, PersonFilter, PersonForm
from ..models import Assignment, User
from ..permissions import can_edit_person, can_handle_data, can_manage_people
from ..problems import Problem
from ..querysets import within

PER_PAGE = 50


@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """List people with a role in the person's regions; filters: q, role, state."""
    can_manage_people(request.user).enforce(action="person.list", target=request.path)
    form = PersonFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    mine = request.user.prefixes()
    people = User.objects.visible_to(request.user)
    if wanted.get("q"):
        people = people.filter(Q(username__icontains=wanted["q"]) | Q(name__contains=wanted["q"]))
    if wanted.get("role"):
        inside = Assignment.objects.filter(within(mine, "region_id"), role=wanted["role"])
        people = people.filter(pk__in=inside.values("user"))
    if wanted.get("state"):
        people = people.filter(is_active=wanted["state"] == "active")
    grants = Assignment.objects.select_related("region").order_by("region_id", "role")
    people = people.prefetch_related(Prefetch("assignments", grants, to_attr="grants")).order_by("username")
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    for person in page:
        person.may_edit = can_edit_person(request.user, person)
        person.shown_grants = [grant for grant in person.grants if grant.region_id.startswith(mine)]
    return render(request, "organization/person_list.html", {"page": page, "filter": form})


@require_http_methods(["GET", "HEAD", "POST"])
def person_create(request: HttpRequest) -> HttpResponse:
    can_manage_people(request.user).enforce(action="person.create", target=request.path)
    form = PersonForm(request.POST or None, giver=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            person = actions.create_person(
                by=request.user,
                username=values["username"],
                name=values["name"],
                password=values["password"],
                role=values["role"],
                region=form.chosen,
            )
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, _("已新增人员。请把用户名和初始密码当面告诉本人。"))
            return redirect("organization:person-edit", person.pk)
    return render(request, "organization/person_create.html", {"form": form, "crumbs": _crumbs()})


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, "person.edit")
    # The form would write its values into the row that the page shows.
    form = NameForm(request.POST or None, instance=copy(person))

    def save() -> None:
        actions.edit_person(by=request.user, person=person, name=form.cleaned_data["name"])

    return _answer(request, person, form, save, "name_form")


@require_http_methods(["GET", "HEAD", "POST"])
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, "person.password")
    form = NewPasswordForm(request.POST or None)

    def save() -> None:
        actions.set_password(by=request.user, person=person, password=form.cleaned_data["password"])

    return _answer(request, person, form, save, "password_form")


@require_http_methods(["GET", "HEAD", "POST"])
def person_assign(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, "person.assign")
    form = GrantForm(request.POST or None, giver=request.user)

    def save() -> None:
        actions.assign(by=request.user, person=person, role=form.cleaned_data["role"], region=form.chosen)

    return _answer(request, person, form, save, "grant_form")


@require_POST
def person_unassign(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    person = _person(request, pk, "person.unassign")
    grant = get_object_or_404(person.assignments.select_related("region"), pk=assignment)
    return _act(request, person, lambda: actions.unassign(by=request.user, person=person, assignment=grant))


@require_POST
def person_disable(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, "person.disable")
    return _act(request, person, lambda: actions.disable(by=request.user, person=person))


@require_POST
def person_enable(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, "person.enable")
    return _act(request, person, lambda: actions.enable(by=request.user, person=person))


@require_POST
def person_factor_drop(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk, "factor.drop")
    return _act(request, person, lambda: actions.drop_factor(by=request.user, person=person))


def _person(request: HttpRequest, pk: int, action: str) -> User:
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    can_edit_person(request.user, person).enforce(action=action, target=person, region=person.home_code)
    return person


def _answer(
    request: HttpRequest, person: User, form: Form, save: Callable[[], None], name: str
) -> HttpResponse:
    """Save one of the page's forms and return to it, or show the page with what is to be mended."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("organization:person-edit", person.pk)
    forms: dict[str, Any] = {
        "name_form": NameForm(instance=person),
        "password_form": NewPasswordForm(),
        "grant_form": GrantForm(giver=request.user),
        name: form,
    }
    context = {"person": person, "grants": person.grants, "faulty": form, **forms}
    context |= {"may_grant": can_manage_people(request.user), "crumbs": _crumbs_of(request.user)}
    context["may_handle_data"] = can_handle_data(request.user, person)
    return render(request, "organization/person_edit.html", context)


def _crumbs() -> list[tuple[str, str]]:
    return [(_("人员"), reverse("organization:person-list"))]


def _crumbs_of(user: User) -> list[tuple[str, str]]:
    """The way back: a township's staff come from the list of its villages' people."""
    if can_manage_people(user):
        return _crumbs()
    return [(_("村（社区）工作人员"), reverse("organization:delegate-list"))]


def _act(request: HttpRequest, person: User, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except Problem as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("已保存。"))
    return redirect("organization:person-edit", person.pk)
