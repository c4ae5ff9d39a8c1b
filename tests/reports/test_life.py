"""The life of a document: each step by who may take it, written down for ever, and what it brings about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from inspections.answers import Given
from inspections.models import Inspection
from organization.models import AuditEntry, Role, User
from organization.problems import NotAllowed, Problem
from reports import actions, permissions, workflow
from reports.models import DocumentEvent, GivenNumber, IssuingBody, OfficialDocument
from tests.factories import make_user
from tests.small_stage import NOW, Stage, drafted, issued, later, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}
State = OfficialDocument.State
STATES = ("draft", "checked", "signed", "issued", "delivered", "acknowledged", "withdrawn")
MOVES = ("check", "sign", "send_back", "issue", "deliver", "acknowledge", "withdraw")


@pytest.fixture
def inspection(stage: Stage, quick_pdf: Any) -> Inspection:
    return submitted(stage, **SHORT)


def stepwise(on: bool = True) -> None:
    IssuingBody.objects.update(step_by_step=on)


def make(row: OfficialDocument, move: str, by: User, now: datetime = NOW) -> OfficialDocument:
    """Take one step, with what it needs."""
    match move:
        case "check":
            return actions.check_document(document=row, by=by, now=now)
        case "sign":
            return actions.sign_document(document=row, by=by, now=now)
        case "send_back":
            return actions.send_back(document=row, words="时限有误", by=by, now=now)
        case "issue":
            return actions.issue_document(document=row, by=by, now=now)
        case "deliver":
            return actions.deliver(document=row, way="system", by=by, now=now)
        case "acknowledge":
            return actions.acknowledge(document=row, person="张三", by=by, now=now)
        case _:
            return actions.withdraw(document=row, words="对象有误", by=by, now=now)


WAY = {
    "draft": (),
    "checked": ("check",),
    "signed": ("check", "sign"),
    "issued": ("check", "sign", "issue"),
    "delivered": ("check", "sign", "issue", "deliver"),
    "acknowledged": ("check", "sign", "issue", "deliver", "acknowledge"),
    "withdrawn": ("check", "sign", "issue", "withdraw"),
}


def in_state(stage: Stage, inspection: Inspection, state: str) -> OfficialDocument:
    """A document brought there by the right people, one step after the other."""
    row = drafted(stage, inspection)
    for place, move in enumerate(WAY[state]):
        role = workflow.MAKERS[move][0]
        row = make(row, move, stage.cast[role], later(minutes=place))
    assert row.state == state
    return OfficialDocument.objects.get(pk=row.pk)


# The whole table, written out: for each state and move the roles that may make it, in capitals those
# that may also where every step is required.
TABLE = {
    ("draft", "check"): "REVIEWER administrator",
    ("draft", "sign"): "signatory administrator",
    ("draft", "issue"): "signatory administrator",
    ("checked", "sign"): "SIGNATORY administrator",
    ("checked", "issue"): "signatory administrator",
    ("checked", "send_back"): "REVIEWER SIGNATORY administrator",
    ("signed", "send_back"): "REVIEWER SIGNATORY administrator",
    ("signed", "issue"): "SIGNATORY administrator",
    ("issued", "deliver"): "ADMINISTRATOR REVIEWER",
    ("issued", "acknowledge"): "TOWNSHIP_STAFF",
    ("delivered", "acknowledge"): "TOWNSHIP_STAFF",
    ("issued", "withdraw"): "SIGNATORY administrator",
    ("delivered", "withdraw"): "SIGNATORY administrator",
    ("acknowledged", "withdraw"): "SIGNATORY administrator",
}


def wanted(state: str, move: str, steps: bool) -> set[str]:
    named = TABLE.get((state, move), "").split()
    return {name.lower() for name in named if name.isupper() or not steps}


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_every_move_by_every_role(
    stage: Stage, other: Stage, inspection: Inspection, state: str, steps: bool
) -> None:
    stepwise()
    row = in_state(stage, inspection, state)
    stepwise(steps)
    near = [make_user(f"{role}-near", [(role, stage.county.townships[1])]) for role in Role.values]
    for move in MOVES:
        may = set()
        for role, person in stage.cast.items():
            fresh = OfficialDocument.objects.select_related("body").get(pk=row.pk)
            verdict = permissions.can_move(person, fresh, move)
            assert verdict or str(verdict.reason).endswith("。")
            if verdict:
                may.add(role)
                assert OfficialDocument.objects.visible_to(person).filter(pk=row.pk).exists(), (move, role)
        assert may == wanted(state, move, steps), move
        for person in [*other.cast.values(), *near]:
            assert not permissions.can_move(person, OfficialDocument.objects.get(pk=row.pk), move)


@pytest.mark.parametrize("state", STATES)
def test_refused_step_changes_nothing(stage: Stage, inspection: Inspection, state: str) -> None:
    """The door itself refuses what the predicate refuses."""
    stepwise()
    row = in_state(stage, inspection, state)
    before = (DocumentEvent.objects.count(), AuditEntry.objects.count(), GivenNumber.objects.count())
    # What the same person has just done, or issued before, is the impatient finger: quietly nothing.
    repeated = {(move, workflow.MAKERS[move][0]) for move in WAY[state][-1:]}
    if state in workflow.NUMBERED:
        repeated.add(("issue", "signatory"))
    for move in MOVES:
        for role, person in stage.cast.items():
            if role in wanted(state, move, True):
                continue
            if (move, role) in repeated:
                make(row, move, person)
            else:
                with pytest.raises(NotAllowed):
                    make(row, move, person)
            row.refresh_from_db()
            assert row.state == state
    after = (DocumentEvent.objects.count(), AuditEntry.objects.count(), GivenNumber.objects.count())
    assert after == before


def test_history_says_who_did_what_when_and_why(stage: Stage, inspection: Inspection) -> None:
    stepwise()
    row = drafted(stage, inspection)
    cast = stage.cast
    make(row, "check", cast["reviewer"], later(minutes=1))
    make(row, "send_back", cast["signatory"], later(minutes=2))
    make(row, "check", cast["reviewer"], later(minutes=3))
    make(row, "sign", cast["signatory"], later(minutes=4))
    make(row, "issue", cast["signatory"], later(minutes=5))
    actions.deliver(
        document=row, way="hand", person="李四", words="回证1号", happened_on=date(2026, 11, 20),
        by=cast["administrator"], now=later(minutes=6),
    )  # fmt: skip
    make(row, "acknowledge", cast["township_staff"], later(minutes=7))
    said = [
        (e.move, e.before, e.after, e.by, e.at, e.words, e.way, e.person)
        for e in DocumentEvent.objects.filter(document=row)
    ]
    reviewer, signatory = cast["reviewer"], cast["signatory"]
    clerk, staff = cast["administrator"], cast["township_staff"]
    assert said == [
        ("draft", "", "draft", cast["administrator"], NOW, "", "", ""),
        ("check", "draft", "checked", reviewer, later(minutes=1), "", "", ""),
        ("send_back", "checked", "draft", signatory, later(minutes=2), "时限有误", "", ""),
        ("check", "draft", "checked", reviewer, later(minutes=3), "", "", ""),
        ("sign", "checked", "signed", signatory, later(minutes=4), "", "", ""),
        ("issue", "signed", "issued", signatory, later(minutes=5), "", "", ""),
        ("deliver", "issued", "delivered", clerk, later(minutes=6), "回证1号", "hand", "李四"),
        ("acknowledge", "delivered", "acknowledged", staff, later(minutes=7), "", "", "张三"),
    ]
    trail = list(AuditEntry.objects.filter(target=f"OfficialDocument {row.pk}").order_by("at", "pk"))
    assert [entry.action.partition(".")[2] for entry in trail] == [event[0] for event in said]


def test_one_person_works_alone_where_steps_are_not_required(stage: Stage, inspection: Inspection) -> None:
    by = stage.cast["administrator"]
    row = make(drafted(stage, inspection), "issue", by)
    assert (row.state, row.number) == ("issued", 1)
    assert {event.by for event in row.events.all()} == {by}


def test_administrator_who_is_also_reviewer_checks_but_does_not_sign(
    stage: Stage, inspection: Inspection
) -> None:
    stepwise()
    by = make_user("both", [("administrator", stage.county.region), ("reviewer", stage.county.region)])
    row = make(drafted(stage, inspection), "check", by)
    for move in ("sign", "issue"):
        with pytest.raises(NotAllowed):
            make(row, move, by)


def test_checked_document_is_not_edited_until_it_is_sent_back(stage: Stage, inspection: Inspection) -> None:
    row = make(drafted(stage, inspection), "check", stage.cast["reviewer"])
    by = stage.cast["administrator"]
    with pytest.raises(NotAllowed, match="先退回"):
        actions.edit_document(document=row, fields={"contact": "王芳"}, by=by, now=later(1))
    make(row, "send_back", stage.cast["reviewer"])
    edited = actions.edit_document(document=row, fields={"contact": "王芳"}, by=by, now=later(1))
    assert edited.contact == "王芳"


@pytest.mark.parametrize("move", ["send_back", "withdraw"])
@pytest.mark.parametrize("words", ["", " 　\n", "长" * 501])
def test_reason_is_asked_for(stage: Stage, inspection: Inspection, move: str, words: str) -> None:
    row = in_state(stage, inspection, "checked" if move == "send_back" else "issued")
    act = actions.send_back if move == "send_back" else actions.withdraw
    with pytest.raises(Problem, match=r"请写明原因|最多500个字，现在有501个字"):
        act(document=row, words=words, by=stage.cast["signatory"], now=later(1))
    row.refresh_from_db()
    assert row.state in ("checked", "issued")


# ---- delivery


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"way": "hand"}, "请填写签收人"),
        ({"way": "post"}, "邮件单号"),
        ({"way": "system", "happened_on": date(2026, 11, 19)}, "成文日期和今天之间"),
        ({"way": "system", "happened_on": date(2026, 11, 21)}, "成文日期和今天之间"),
        ({"way": "hand", "person": "长" * 51}, "最多50个字"),
    ],
)
def test_delivery_that_lacks_its_proof_is_refused(
    stage: Stage, inspection: Inspection, fields: dict[str, Any], words: str
) -> None:
    row = in_state(stage, inspection, "issued")
    with pytest.raises(Problem, match=words):
        actions.deliver(document=row, by=stage.cast["administrator"], now=NOW, **fields)
    assert not DocumentEvent.objects.filter(move="deliver").exists()


def test_delivery_early_in_the_morning_is_on_the_day_of_this_place(
    stage: Stage, inspection: Inspection
) -> None:
    row = in_state(stage, inspection, "issued")
    # Six in the morning of the 21st here is still the 20th in London.
    now = datetime(2026, 11, 20, 22, tzinfo=UTC)
    by = stage.cast["administrator"]
    row = actions.deliver(document=row, way="system", happened_on=date(2026, 11, 21), by=by, now=now)
    assert row.state == "delivered"


def test_township_acknowledges_what_it_reads_here_without_a_delivery(
    stage: Stage, inspection: Inspection
) -> None:
    row = make(in_state(stage, inspection, "issued"), "acknowledge", stage.cast["township_staff"], later(1))
    assert row.state == "acknowledged"
    assert row.events.last().person == "张三"


def test_without_a_name_the_one_who_acknowledges_is_named(stage: Stage, inspection: Inspection) -> None:
    row = in_state(stage, inspection, "issued")
    staff = stage.cast["township_staff"]
    row = actions.acknowledge(document=row, person="", by=staff, now=later(1))
    assert row.events.last().person == staff.name


# ---- the database itself


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports_documentevent SET words = 'x'",
        "DELETE FROM reports_documentevent",
        "UPDATE reports_givennumber SET number = 9",
        "UPDATE reports_givennumber SET document_id = NULL",
        "DELETE FROM reports_givennumber",
        "UPDATE reports_officialdocument SET state = 'draft' WHERE state = 'issued'",
        "UPDATE reports_officialdocument SET kind = 'letter' WHERE state = 'issued'",
        "UPDATE reports_officialdocument SET wording = '{}' WHERE state = 'issued'",
        "UPDATE reports_officialdocument SET digest = 'x' WHERE state = 'issued'",
        "UPDATE reports_officialdocument SET token = 'x' WHERE state = 'issued'",
    ],
)
def test_database_refuses_to_rewrite_history(stage: Stage, inspection: Inspection, statement: str) -> None:
    issued(stage, inspection)
    with (
        pytest.raises(DatabaseError, match=r"frozen|never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_database_refuses_to_bring_back_what_was_withdrawn(stage: Stage, inspection: Inspection) -> None:
    row = make(issued(stage, inspection), "withdraw", stage.cast["signatory"], later(1))
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        OfficialDocument.objects.filter(pk=row.pk).update(state="issued")


def test_database_refuses_to_unvoid_and_to_leave_a_gap(stage: Stage, inspection: Inspection) -> None:
    row = make(issued(stage, inspection), "withdraw", stage.cast["signatory"], later(1))
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        GivenNumber.objects.filter(document=row).update(voided_by=None, voided_at=None, reason="")
    given = {
        "body": row.body, "number_code": "x", "year": 2026, "given_by": stage.cast["signatory"],
        "given_at": NOW, "voided_by": stage.cast["signatory"], "voided_at": NOW, "reason": "x",
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        GivenNumber.objects.create(number=3, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        GivenNumber.objects.create(number=1, **given)


# ---- numbers used on paper


def test_numbers_used_on_paper_stand_in_the_register_and_issue_goes_on_behind_them(
    stage: Stage, inspection: Inspection
) -> None:
    body, by = IssuingBody.objects.get(), stage.cast["administrator"]
    fields = {"year": 2026, "through": 4, "reason": " 纸质印发 "}
    assert actions.enter_paper_numbers(body=body, by=by, now=NOW, **fields) == 4
    assert issued(stage, inspection).number == 5
    rows = GivenNumber.objects.order_by("number")
    assert [(row.number, row.reason) for row in rows] == [(n, "纸质印发") for n in range(1, 5)] + [(5, "")]
    with pytest.raises(Problem, match="下一个文号是6"):
        actions.enter_paper_numbers(body=body, by=by, now=NOW, **fields)


@pytest.mark.parametrize(
    ("fields", "words"), [({"through": 501}, "1到500"), ({"through": 0}, "1到500"), ({"reason": " "}, "写明")]
)
def test_numbers_on_paper_that_cannot_be_are_refused(
    stage: Stage, fields: dict[str, Any], words: str
) -> None:
    given = {"year": 2026, "through": 1, "reason": "纸质印发"} | fields
    by = stage.cast["administrator"]
    with pytest.raises(Problem, match=words):
        actions.enter_paper_numbers(body=IssuingBody.objects.get(), by=by, now=NOW, **given)
    assert not GivenNumber.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "signatory", "township_staff"])
def test_numbers_on_paper_are_entered_by_the_administrator(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.enter_paper_numbers(
            body=IssuingBody.objects.get(), year=2026, through=1, reason="x", by=stage.cast[role], now=NOW
        )


def test_new_year_begins_with_1(stage: Stage, inspection: Inspection) -> None:
    issued(stage, inspection)
    assert issued(stage, submitted(stage, 1, **SHORT), NOW + timedelta(days=60)).number_text.endswith(
        "〔2027〕1号"
    )
