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
# What the township has signed for and is not closed can be looked at again on the spot.
REINSPECTABLE = (ACKNOWLEDGED, IN_REPAIR, *WITH_COUNTY)

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
        # What a re-inspection finds on the spot, whether the township has reported or not.
        **{(state, "pass"): CLOSED for state in REINSPECTABLE},
        **{(state, "fail"): IN_REPAIR for state in REINSPECTABLE},
        **{(state, "withdraw"): WITHDRAWN for state in OPEN},
        # An objection is answered when its finding is done with, too: what was found was not so.
        **{(state, "uphold"): WITHDRAWN for state in (CLOSED, WITHDRAWN)},
    }
)

# Names of rounds are Chinese, as documents are.
REINSPECTION_NAME = "·第{number}次复查"

# Whose move it is: by hand the township's staff and the county's administrators; the inspectors' by what a
# re-inspection comes to; the rest follow from a notice that is issued, acknowledged or withdrawn, and from a
# score that is corrected. Role names are those of `organization.models.Role`, which a pure module cannot
# import.
TOWNSHIP_STAFF, ADMINISTRATOR = "township_staff", "administrator"
MAKERS = MappingProxyType(
    {
        **dict.fromkeys(("begin", "report"), TOWNSHIP_STAFF),
        **dict.fromkeys(("close", "return", "reinspect", "reopen", "withdraw"), ADMINISTRATOR),
    }
)


def moves_by(role: str, state: str) -> tuple[str, ...]:
    """The moves that a role may make by hand from a state, in the order of the table."""
    return tuple(move for move, maker in MAKERS.items() if maker == role and (state, move) in FINDING_MOVES)


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
