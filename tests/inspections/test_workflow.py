"""The tables of moves: every state, every move."""

import pytest

from inspections import workflow
from inspections.models import Finding, Inspection
from organization.models import Role

INSPECTION = {
    (workflow.TO_BEGIN, "begin"): workflow.IN_PROGRESS,
    (workflow.TO_BEGIN, "submit"): None,
    (workflow.IN_PROGRESS, "begin"): workflow.IN_PROGRESS,
    (workflow.IN_PROGRESS, "submit"): workflow.SUBMITTED,
    (workflow.SUBMITTED, "begin"): None,
    (workflow.SUBMITTED, "submit"): None,
}
# Rows are states, columns are moves; an empty place is a move that does not exist.
FINDING_TABLE = """
             notify   acknowledge  begin     report   return    reinspect    close  reopen    withdraw  recall pass   fail      uphold
found        notified -            -         -        -         -            -      -         withdrawn -      -      -         -
notified     -        acknowledged -         -        -         -            -      -         withdrawn found  -      -         -
acknowledged -        -            in_repair reported -         -            -      -         withdrawn found  closed in_repair -
in_repair    -        -            in_repair reported -         -            -      -         withdrawn -      closed in_repair -
reported     -        -            -         -        in_repair to_reinspect closed -         withdrawn -      closed in_repair -
to_reinspect -        -            -         -        in_repair -            closed -         withdrawn -      closed in_repair -
closed       -        -            -         -        -         -            -      in_repair -         -      -      -         withdrawn
withdrawn    -        -            -         -        -         -            -      -         -         -      -      -         withdrawn
"""  # noqa: E501
_MOVES, *_ROWS = (line.split() for line in FINDING_TABLE.strip().splitlines())
FINDING = {
    (row[0], move): None if to == "-" else to
    for row in _ROWS
    for move, to in zip(_MOVES, row[1:], strict=True)
}


@pytest.mark.parametrize(
    ("moves", "state", "move", "next_state"),
    [
        *((workflow.INSPECTION_MOVES, *key, to) for key, to in INSPECTION.items()),
        *((workflow.FINDING_MOVES, *key, to) for key, to in FINDING.items()),
    ],
)
def test_move_leads_where_the_table_says(moves, state: str, move: str, next_state: str | None) -> None:
    if next_state:
        assert workflow.after(moves, state, move) == next_state
        return
    with pytest.raises(workflow.IllegalMove) as caught:
        workflow.after(moves, state, move)
    assert (caught.value.state, caught.value.move) == (state, move)


def test_tables_speak_of_the_states_that_rows_have() -> None:
    for moves, states in (
        (workflow.INSPECTION_MOVES, Inspection.State),
        (workflow.FINDING_MOVES, Finding.State),
    ):
        assert {state for state, _ in moves} | set(moves.values()) == set(states.values)


def test_move_that_is_unknown_leads_nowhere() -> None:
    with pytest.raises(workflow.IllegalMove):
        workflow.after(workflow.INSPECTION_MOVES, workflow.SUBMITTED, "reopen")


def test_every_move_of_a_finding_is_in_the_table_once() -> None:
    assert len(FINDING) == 8 * 13
    assert {key: to for key, to in FINDING.items() if to} == dict(workflow.FINDING_MOVES)


def test_moves_by_hand_are_either_the_townships_or_the_countys() -> None:
    assert (
        set(workflow.MAKERS.values()) == {workflow.TOWNSHIP_STAFF, workflow.ADMINISTRATOR} <= {*Role.values}
    )
    others = {move for _state, move in workflow.FINDING_MOVES} - workflow.MAKERS.keys()
    assert others == {"notify", "acknowledge", "recall", "pass", "fail", "uphold"}


def test_closed_and_withdrawn_findings_are_not_open() -> None:
    states = {state for state, _move in FINDING}
    assert states - set(workflow.OPEN) == {workflow.CLOSED, workflow.WITHDRAWN}
