"""States of an inspection and of a finding, and the moves between them, as data."""

from types import MappingProxyType

TO_BEGIN = "to_begin"
IN_PROGRESS = "in_progress"
SUBMITTED = "submitted"

# (state, move) → next state. A move that is not here does not exist.
INSPECTION_MOVES = MappingProxyType(
    {
        (TO_BEGIN, "begin"): IN_PROGRESS,
        (IN_PROGRESS, "begin"): IN_PROGRESS,
        (IN_PROGRESS, "submit"): SUBMITTED,
    }
)

FOUND = "found"
NOTIFIED = "notified"

FINDING_MOVES = MappingProxyType({(FOUND, "notify"): NOTIFIED})


class IllegalMove(Exception):
    """The move does not exist from this state."""

    def __init__(self, state: str, move: str) -> None:
        super().__init__(f"no {move} from {state}")
        self.state, self.move = state, move


def after(moves: "MappingProxyType[tuple[str, str], str]", state: str, move: str) -> str:
    """Return the state that `move` leads to; raise `IllegalMove` where it leads nowhere."""
    try:
        return moves[state, move]
    except KeyError:
        raise IllegalMove(state, move) from None
