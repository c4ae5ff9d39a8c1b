"""A person's own filters of the ledger: kept under a name, written over, thrown away."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from ..models import SavedView

MOST = 20
LONGEST_NAME, LONGEST_QUERY = 30, 300


@transaction.atomic
def save_view(*, name: str, wanted: Mapping[str, str], by: User, now: datetime) -> tuple[SavedView, bool]:
    """Keep a filter under a name, and tell whether it is new: one of the same name is written over.

    Raises `Problem`.
    """
    name = name.strip()
    query = urlencode({key: value for key, value in wanted.items() if value})
    if not name:
        raise Problem(_("请给这个筛选起个名字。"), "name")
    if len(name) > LONGEST_NAME:
        raise Problem(_("名字最多%(n)d个字。") % {"n": LONGEST_NAME}, "name")
    # What is longer than its column is none of the filters that the page offers.
    if not query or len(query) > LONGEST_QUERY:
        raise Problem(_("请先筛选，再保存。"), "name")
    # Locked, so that two tabs at once do not pass the limit together.
    User.objects.select_for_update().get(pk=by.pk)
    others = SavedView.objects.filter(person=by).exclude(name=name)
    if others.count() >= MOST:
        raise Problem(_("最多保存%(n)d个，请先删去一个。") % {"n": MOST}, "name")
    view, created = SavedView.objects.update_or_create(
        person=by, name=name, defaults={"query": query, "saved_at": now}
    )
    record("view.save", by=by, target=view, region=by.home_code, now=now, name=name, query=query)
    return view, created


@transaction.atomic
def remove_view(*, view: SavedView, by: User, now: datetime) -> None:
    """Throw away a filter of the person's own."""
    record("view.remove", by=by, target=view, region=by.home_code, now=now, name=view.name)
    SavedView.objects.filter(pk=view.pk, person=by).delete()
