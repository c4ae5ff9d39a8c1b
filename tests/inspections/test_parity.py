"""State × act × role, out of the table: the page offers what the rule allows, and that alone is done."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from inspections import actions, permissions, workflow
from inspections.actions.moving import move as door
from inspections.models import Finding, FindingEvent, Request
from organization.counting import counting
from organization.models import Role, User
from organization.problems import Problem
from tests.repairs import WAYS, in_state, publish
from tests.small_stage import Stage, jpeg

pytestmark = pytest.mark.django_db
READERS = {"administrator", "reviewer", "signatory", "township_staff"}
REPLY = {"measure": "已安装", "responsible": "王强", "result": "not_done", "plan": "下周完成"}
UNTIL = (timezone.localdate() + timedelta(days=90)).isoformat()


def allowed(state: str, act: str, role: str) -> bool:
    """The table itself: moves by hand, and the small flows that move nothing."""
    if act in workflow.MAKERS:
        return workflow.MAKERS[act] == role and (state, act) in workflow.FINDING_MOVES
    return {
        "extension": role == workflow.TOWNSHIP_STAFF and (state, "report") in workflow.FINDING_MOVES,
        "objection": role == workflow.TOWNSHIP_STAFF and state in workflow.WITH_TOWNSHIP,
        "order": role == workflow.ADMINISTRATOR and state in workflow.REINSPECTABLE,
        # What waits is an objection, which outlasts its finding.
        "decide": role == workflow.ADMINISTRATOR,
        "correct": role == workflow.ADMINISTRATOR,
    }[act]


def by_rule(finding: Finding, asked: Request, act: str, user: User) -> bool:
    """The predicates, which pages and actions ask."""
    if act in ("begin", "report"):
        return bool(permissions.can_repair(user, finding))
    if act in workflow.MAKERS:
        exists = act in workflow.moves_by(workflow.ADMINISTRATOR, finding.state)
        return exists and bool(permissions.can_review(user, finding))
    today = timezone.localdate()
    rules: dict[str, Callable[[], object]] = {
        "extension": lambda: permissions.can_ask_extension(user, finding, today),
        "objection": lambda: permissions.can_object(user, finding),
        "order": lambda: (
            permissions.can_order_reinspection(user, finding.inspection)
            and finding.state in workflow.REINSPECTABLE
        ),
        "decide": lambda: permissions.can_decide(user, asked, finding),
        "correct": lambda: permissions.can_correct(user, asked, finding),
    }
    return bool(rules[act]())


def offered(page: str, finding: Finding, asked: Request, act: str) -> bool:
    """The control on the page of the finding."""
    mark = {
        "begin": f'action="/findings/{finding.pk}/reply/"',
        "report": f'formaction="/findings/{finding.pk}/report/"',
        "extension": f'action="/findings/{finding.pk}/extension/"',
        "objection": f'action="/findings/{finding.pk}/objection/"',
        "order": f'href="/inspections/{finding.inspection_id}/reinspect/"',
        "decide": f'action="/requests/{asked.pk}/decide/"',
        "correct": f'href="/requests/{asked.pk}/correct/"',
    }
    return mark.get(act, f'name="move" value="{act}"') in page


def sent(finding: Finding, asked: Request, act: str, stage: Stage) -> tuple[str, dict[str, Any]]:
    lead = stage.cast["lead_inspector"].pk
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "begin": (f"/findings/{finding.pk}/reply/", REPLY | {"files": _photo()}),
        "report": (f"/findings/{finding.pk}/report/", REPLY),
        "extension": (f"/findings/{finding.pk}/extension/", {"until": UNTIL, "reason": "未到货"}),
        "objection": (f"/findings/{finding.pk}/objection/", {"reason": "现场有"}),
        "order": (f"/inspections/{finding.inspection_id}/reinspect/", {"lead": lead, "ends_on": UNTIL}),
        "decide": (f"/requests/{asked.pk}/decide/", {"grant": "0", "words": "不成立"}),
        "correct": (f"/requests/{asked.pk}/correct/", {"i1-value": "met", "words": "经核实"}),
    }
    return ways.get(act, (f"/findings/{finding.pk}/review/", {"move": act, "words": "理由"}))


def _photo() -> io.BytesIO:
    file = io.BytesIO(jpeg())
    file.name = "整改后.jpg"
    return file


def trace(finding: Finding) -> tuple[Any, ...]:
    """What any act leaves behind."""
    row = Finding.objects.get(pk=finding.pk)
    requests = list(row.requests.order_by("pk").values_list("pk", "state"))
    events = FindingEvent.objects.filter(finding=row).count(), row.replies.count(), row.evidence.count()
    return row.state, requests, events, row.inspection.reinspections.count()


def scene(stage: Stage, state: str) -> tuple[Finding, Request]:
    """A finding in a state, with an objection that waits (asked while it could be)."""
    publish(2026)
    publish(2027)
    finding = in_state(stage, state)
    asked = Request.objects.create(
        finding=finding, kind="objection", reason="现场有", asked_by=stage.cast["township_staff"],
        asked_at=timezone.now(),
    )  # fmt: skip
    return finding, asked


# The objection comes last: whether it is offered shows once the one that waits is answered.
ACTS = (*workflow.MAKERS, "extension", "order", "decide", "correct", "objection")


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("state", WAYS)
def test_page_rule_and_act_are_one(stage: Stage, state: str, role: str) -> None:
    finding, asked = scene(stage, state)
    user = stage.cast[role]
    client = Client()
    client.force_login(user)
    response = client.get(f"/findings/{finding.pk}/")
    assert (response.status_code == 200) == (role in READERS)
    page = response.content.decode() if role in READERS else ""
    for act in ACTS:
        expected = allowed(state, act, role)
        row = Finding.objects.select_related("inspection__round").get(pk=finding.pk)
        assert by_rule(row, asked, act, user) == expected, (act, "rule")
        # An objection that waits is not offered again; asking for it is, once that is answered.
        if act == "objection":
            assert not offered(page, finding, asked, act)
            Request.objects.filter(pk=asked.pk).update(
                state="refused", decided_by=stage.cast["administrator"], decided_at=timezone.now()
            )
            page_now = client.get(f"/findings/{finding.pk}/").content.decode() if page else ""
            assert offered(page_now, finding, asked, act) == expected, (act, "page")
        else:
            assert offered(page, finding, asked, act) == expected, (act, "page")
        address, fields = sent(finding, asked, act, stage)
        before = trace(finding)
        with transaction.atomic():
            answer = client.post(address, fields)
            done = trace(finding) != before
            transaction.set_rollback(True)
        assert done == expected, (act, "act", answer.status_code)
        if not expected:
            assert answer.status_code in (400, 403, 404), (act, answer.status_code)


@pytest.mark.parametrize("state", WAYS)
def test_inboxes_hold_what_waits_for_the_reader(stage: Stage, other: Stage, state: str) -> None:
    finding, asked = scene(stage, state)
    for role in Role.values:
        mine, theirs = stage.cast[role], other.cast[role]
        administers = role == workflow.ADMINISTRATOR
        to_review = Finding.objects.to_review_by(mine).filter(pk=finding.pk).exists()
        assert to_review == (administers and state in workflow.WITH_COUNTY)
        # Whatever waits in the inbox can be closed from there.
        assert not to_review or "close" in workflow.moves_by(role, state)
        to_decide = Request.objects.to_decide_by(mine).filter(pk=asked.pk).exists()
        assert to_decide == bool(permissions.can_decide(mine, asked, finding))
        for rows in (Finding.objects.to_review_by(theirs), Request.objects.to_decide_by(theirs)):
            assert not rows.exists()


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("move", sorted({move for _state, move in workflow.FINDING_MOVES}))
def test_door_opens_where_the_table_says_and_tells_why_not(stage: Stage, state: str, move: str) -> None:
    finding = in_state(stage, state)
    to = workflow.FINDING_MOVES.get((state, move))
    locked = Finding.objects.select_related("inspection__round", "item").get(pk=finding.pk)
    who = {"by": stage.cast["administrator"], "now": timezone.now(), "words": "理由"}
    if to is None:
        with pytest.raises(Problem, match=str(Finding.State(state).label)), counting():
            door(locked, move, **who)
        assert Finding.objects.get(pk=finding.pk).state == state
        return
    with counting():
        door(locked, move, **who)
    event = Finding.objects.get(pk=finding.pk).events.last()
    assert (event.move, event.before, event.after, event.by, event.words) == (
        move, state, to, stage.cast["administrator"], "理由",
    )  # fmt: skip


def test_acts_are_those_of_the_package() -> None:
    """No act on a finding is left out of the table above."""
    known = {
        "begin": actions.save_reply, "report": actions.report, "extension": actions.ask_extension,
        "objection": actions.object_to, "order": actions.order_reinspection,
        "decide": actions.decide_request, "correct": actions.write_correction,
    }  # fmt: skip
    assert set(ACTS) == known.keys() | {
        move for move, maker in workflow.MAKERS.items() if maker == workflow.ADMINISTRATOR
    }
