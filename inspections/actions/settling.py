"""The lead's decision between answers in conflict."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from organization.audit import record
from organization.identifiers import uuid7
from organization.models import User
from organization.problems import Problem

from .. import permissions
from ..answer_rows import write_events
from ..answer_statements import NewEvent
from ..answers import Given, check
from ..checklist import checklist_of
from ..contention import disputes
from ..merging import Outcome
from ..models import AnswerEvent, Conflict, Inspection
from ..picks import origins
from .filling import lock


def settle(
    *, inspection: Inspection, code: str, event: int, seen: int, by: User, now: datetime
) -> AnswerEvent:
    """Let one of an item's answers in conflict hold, and close its conflicts; returns the decision's event.

    `event` is the key of the answer that the lead picked, `seen` the version that held as the lead looked.
    Raises `Problem` where it is settled already, or where another answer has come since.
    """
    entry = checklist_of(inspection).by_code[code]
    with transaction.atomic():
        locked = lock(inspection)
        permissions.can_settle(by, locked).enforce(
            action="conflict.settle", target=locked, region=locked.region_id
        )
        dispute = disputes(locked).get(entry.pk)
        if dispute is None:
            raise Problem(_("“%(title)s”没有待选定的答案，可能已经选定。") % {"title": entry.item.title})
        picked = next((one.event for one in dispute.contenders if one.event.pk == event), None)
        if picked is None or dispute.version != seen:
            raise Problem(_("“%(title)s”又有了新的答案，请重新核对后选定。") % {"title": entry.item.title})
        status = check(Given(**picked.new), entry.item, locked.kind).status
        # One that a decision let hold before is still its maker's.
        origin = origins(locked, [picked]).get(picked.pk, picked)
        mutation = uuid7()
        decision = NewEvent(
            mutation=mutation,
            item=entry.pk,
            base=dispute.version,
            version=dispute.version + 1,
            outcome=Outcome.SETTLED,
            content=picked.new,
            status=status,
            captured_at=now,
            author=origin.captured_by_id or origin.by_id,
        )
        key = write_events(locked, [decision], by=by.pk, now=now)[mutation]
        Conflict.objects.open().filter(inspection=locked, item_id=entry.pk).update(
            settled_at=now, settled_by=by, settled_event_id=key, picked=origin
        )
        record(
            "conflict.settle", by=by, target=locked, region=locked.region_id, now=now,
            item=code, picked=str(picked.mutation), version=decision.version,
        )  # fmt: skip
    return AnswerEvent.objects.get(pk=key)
