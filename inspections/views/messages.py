"""A person's messages, and where else they go."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import actions
from ..message_words import worded
from ..models import Message, MessageChoice
from ..rectification_forms import MessageChoiceForm

PER_PAGE = 50


@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, form: MessageChoiceForm | None = None) -> HttpResponse:
    own = Message.objects.filter(person=request.user)
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.worded = worded(row)
    choice = MessageChoice.objects.filter(person=request.user).first()
    initial = {"mode": choice.mode if choice else "never", "email": choice.email if choice else ""}
    context = {
        "page": page,
        "unread": own.filter(read_at=None).count(),
        "form": form or MessageChoiceForm(initial=initial),
    }
    return render(request, "inspections/message_list.html", context, status=400 if form else 200)


@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    actions.read_messages(by=request.user, now=timezone.now())
    return redirect("inspections:message-list")


@require_POST
def messages_choose(request: HttpRequest) -> HttpResponse:
    form = MessageChoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    actions.choose_messages(by=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("已保存。"))
    return redirect("inspections:message-list")
