"""The tables of moves: every state, every move."""

import pytest

from inspections import workflow
from inspections.models import Finding, Inspection

INSPECTION = {
    (workflow.TO_BEGIN, "begin"): workflow.IN_PROGRESS,
    (workflow.TO_BEGIN, "submit"): None,
    (workflow.IN_PROGRESS, "begin"): workflow.IN_PROGRESS,
    (workflow.IN_PROGRESS, "submit"): workflow.SUBMITTED,
    (workflow.SUBMITTED, "begin"): None,
    (workflow.SUBMITTED, "submit"): None,
}
FINDING = {(workflow.FOUND, "notify"): workflow.NOTIFIED, (workflow.NOTIFIED, "notify"): None}


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
