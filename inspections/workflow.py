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
ACKNOWLEDGED = "acknowledged"
IN_REPAIR = "in_repair"
REPORTED = "reported"
TO_REINSPECT = "to_reinspect"
CLOSED = "closed"
WITHDRAWN = "withdrawn"

# With the township until it is reported; then with the county until it is closed or goes back.
WITH_TOWNSHIP = (NOTIFIED, ACKNOWLEDGED, IN_REPAIR)
WITH_COUNTY = (REPORTED, TO_REINSPECT)
OPEN = (FOUND, *WITH_TOWNSHIP, *WITH_COUNTY)

FINDING_MOVES = MappingProxyType(
    {
        (FOUND, "notify"): NOTIFIED,
        (NOTIFIED, "acknowledge"): ACKNOWLEDGED,
        (NOTIFIED, "recall"): FOUND,
        (ACKNOWLEDGED, "recall"): FOUND,
        (ACKNOWLEDGED, "begin"): IN_REPAIR,
        (IN_REPAIR, "begin"): IN_REPAIR,
        (ACKNOWLEDGED, "report"): REPORTED,
        (IN_REPAIR, "report"): REPORTED,
        (REPORTED, "return"): IN_REPAIR,
        (REPORTED, "reinspect"): TO_REINSPECT,
        (REPORTED, "close"): CLOSED,
        (TO_REINSPECT, "close"): CLOSED,
        (TO_REINSPECT, "return"): IN_REPAIR,
        (CLOSED, "reopen"): IN_REPAIR,
        **{(state, "withdraw"): WITHDRAWN for state in OPEN},
    }
)

# Whose move it is: the county's office and the township's staff by hand, the rest by what they follow from
# (a notice that is issued, acknowledged or withdrawn).
TOWNSHIP_MOVES = frozenset({"begin", "report"})
COUNTY_MOVES = frozenset({"return", "reinspect", "close", "reopen", "withdraw"})


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
