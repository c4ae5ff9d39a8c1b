"""States of an official document, the moves between them and the roles that make each, as data."""

from types import MappingProxyType

DRAFT, CHECKED, SIGNED = "draft", "checked", "signed"
ISSUED, DELIVERED, ACKNOWLEDGED = "issued", "delivered", "acknowledged"
WITHDRAWN = "withdrawn"

BEFORE_ISSUE = (DRAFT, CHECKED, SIGNED)
IN_FORCE = (ISSUED, DELIVERED, ACKNOWLEDGED)
NUMBERED = (*IN_FORCE, WITHDRAWN)

CHECK, SIGN, SEND_BACK, ISSUE = "check", "sign", "send_back", "issue"
DELIVER, ACKNOWLEDGE, WITHDRAW = "deliver", "acknowledge", "withdraw"

# (state, move) → next state. A move that is not here does not exist. What a township reads here it
# may acknowledge at once: reading it in the portal is its delivery.
DOCUMENT_MOVES = MappingProxyType(
    {
        (DRAFT, CHECK): CHECKED,
        (CHECKED, SIGN): SIGNED,
        (SIGNED, ISSUE): ISSUED,
        (CHECKED, SEND_BACK): DRAFT,
        (SIGNED, SEND_BACK): DRAFT,
        (ISSUED, DELIVER): DELIVERED,
        (ISSUED, ACKNOWLEDGE): ACKNOWLEDGED,
        (DELIVERED, ACKNOWLEDGE): ACKNOWLEDGED,
        (ISSUED, WITHDRAW): WITHDRAWN,
        (DELIVERED, WITHDRAW): WITHDRAWN,
        (ACKNOWLEDGED, WITHDRAW): WITHDRAWN,
    }
)

# Moves that leave steps out; they exist for an office that does not require every step (逐级审签).
SHORT_CUTS = MappingProxyType({(DRAFT, SIGN): SIGNED, (DRAFT, ISSUE): ISSUED, (CHECKED, ISSUE): ISSUED})

# Role names are those of `organization.models.Role`, which a pure module cannot import.
ADMINISTRATOR, REVIEWER, SIGNATORY, TOWNSHIP_STAFF = (
    "administrator",
    "reviewer",
    "signatory",
    "township_staff",
)
MAKERS = MappingProxyType(
    {
        CHECK: (REVIEWER,),
        SIGN: (SIGNATORY,),
        SEND_BACK: (REVIEWER, SIGNATORY),
        ISSUE: (SIGNATORY,),
        DELIVER: (ADMINISTRATOR, REVIEWER),
        ACKNOWLEDGE: (TOWNSHIP_STAFF,),
        WITHDRAW: (SIGNATORY,),
    }
)
# In an office of one or two people the administrator may stand in for these.
STANDS_IN = frozenset({CHECK, SIGN, SEND_BACK, ISSUE, WITHDRAW})

# Moves that need a reason or a remark in words.
NEED_WORDS = frozenset({SEND_BACK, WITHDRAW})

# Of the steps that a person may take the first of these is the one that leads on: with every step open,
# the last one is what a small office wants.
ONWARD = (ISSUE, SIGN, CHECK, ACKNOWLEDGE, DELIVER)
# Those of them that come before a document is out, in their order.
TO_ISSUE = (CHECK, SIGN, ISSUE)


class IllegalMove(Exception):
    """The move does not exist from this state."""

    def __init__(self, state: str, move: str) -> None:
        super().__init__(f"no {move} from {state}")
        self.state, self.move = state, move


def after(state: str, move: str, *, step_by_step: bool) -> str:
    """Return the state that `move` leads to; raise `IllegalMove` where it leads nowhere."""
    target = DOCUMENT_MOVES.get((state, move))
    if target is None and not step_by_step:
        target = SHORT_CUTS.get((state, move))
    if target is None:
        raise IllegalMove(state, move)
    return target


def exists(state: str, move: str, *, step_by_step: bool) -> bool:
    """Say whether the move leads anywhere from this state."""
    return (state, move) in DOCUMENT_MOVES or (not step_by_step and (state, move) in SHORT_CUTS)


def makers(move: str, *, step_by_step: bool) -> tuple[str, ...]:
    """Return the roles that may make a move; with 逐级审签 only those whose office it is."""
    if step_by_step or move not in STANDS_IN:
        return MAKERS[move]
    return (*MAKERS[move], ADMINISTRATOR)
