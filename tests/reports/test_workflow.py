"""The states of a document as a table: every move from every state, with and without 逐级审签."""

import pytest

from organization.models import Role
from reports import workflow
from reports.models import DocumentEvent, OfficialDocument
from reports.workflow import IllegalMove, after, exists, makers

MOVES = ("check", "sign", "send_back", "issue", "deliver", "acknowledge", "withdraw")
# For each state where each move leads; "*" marks a short cut, "-" a move that does not exist.
TABLE = """
state         check    sign     send_back  issue    deliver    acknowledge   withdraw
draft         checked  signed*  -          issued*  -          -             -
checked       -        signed   draft      issued*  -          -             -
signed        -        -        draft      issued   -          -             -
issued        -        -        -          -        delivered  acknowledged  withdrawn
delivered     -        -        -          -        -          acknowledged  withdrawn
acknowledged  -        -        -          -        -          -             withdrawn
withdrawn     -        -        -          -        -          -             -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
CELLS = [(row[0], move, cell) for row in ROWS for move, cell in zip(MOVES, row[1:], strict=True)]


@pytest.mark.parametrize(("state", "move", "cell"), CELLS)
def test_every_move_from_every_state(state: str, move: str, cell: str) -> None:
    wanted, short_cut = cell.rstrip("*"), cell.endswith("*")
    for steps in (False, True):
        if cell == "-" or (short_cut and steps):
            assert not exists(state, move, step_by_step=steps)
            with pytest.raises(IllegalMove):
                after(state, move, step_by_step=steps)
        else:
            assert exists(state, move, step_by_step=steps)
            assert after(state, move, step_by_step=steps) == wanted


@pytest.mark.parametrize(
    ("move", "own", "stands_in"),
    [
        ("check", {"reviewer"}, True),
        ("sign", {"signatory"}, True),
        ("send_back", {"reviewer", "signatory"}, True),
        ("issue", {"signatory"}, True),
        ("deliver", {"administrator", "reviewer"}, False),
        ("acknowledge", {"township_staff"}, False),
        ("withdraw", {"signatory"}, True),
    ],
)
def test_makers_of_each_move(move: str, own: set[str], stands_in: bool) -> None:
    assert set(makers(move, step_by_step=True)) == own
    assert set(makers(move, step_by_step=False)) == own | ({"administrator"} if stands_in else set())


def test_table_names_every_state_move_and_role_there_is() -> None:
    assert {row[0] for row in ROWS} == set(OfficialDocument.State.values)
    assert set(MOVES) == set(workflow.MAKERS) == set(DocumentEvent.Move.values) - {"draft", "edit"}
    assert {role for roles in workflow.MAKERS.values() for role in roles} <= set(Role.values)
    assert set(workflow.BEFORE_ISSUE) | set(workflow.NUMBERED) == set(OfficialDocument.State.values)


def test_what_is_issued_never_becomes_a_draft_again() -> None:
    moves = {**workflow.DOCUMENT_MOVES, **workflow.SHORT_CUTS}
    for (state, _move), target in moves.items():
        assert not (state in workflow.NUMBERED and target in workflow.BEFORE_ISSUE)
