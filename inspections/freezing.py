"""What the database refuses once an inspection is submitted, and for its history at any time."""

from organization.row_locks import Guard, Rule
from organization.row_references import Reference, References

_SUBMITTED = (
    "EXISTS (SELECT 1 FROM inspections_inspection i "
    "WHERE i.id = {row}.inspection_id AND i.state = 'submitted')"
)
_FROZEN = "center_id, round_id, region_id, kind, edition_id, snapshot, submitted_at, submitted_by_id"
# The last line of the ledger says what score and grade are now.
_UNCORRECTED = (
    "(OLD.state = 'submitted' OR NEW.corrected IS NOT NULL) AND NOT EXISTS "
    "(SELECT 1 FROM inspections_correction c WHERE c.inspection_id = NEW.id "
    "AND c.grade_after = NEW.grade AND COALESCE(c.score_after, -1) = COALESCE(NEW.score, -1) "
    "AND c.id = (SELECT MAX(d.id) FROM inspections_correction d WHERE d.inspection_id = NEW.id))"
)


# By an array, as the references look for what is named: see `organization.row_references`.
_SUBMITTED_AT_ONCE = (
    "EXISTS (SELECT 1 FROM inspections_inspection i WHERE i.state = 'submitted' "
    "AND i.id = ANY (ARRAY(SELECT DISTINCT inspection_id FROM {given})))"
)


def _of_submitted(table: str) -> list[Rule]:
    old, new = (_SUBMITTED.format(row=row) for row in ("OLD", "NEW"))
    given = _SUBMITTED_AT_ONCE
    return [
        Rule(f"{table}_submitted_insert", table, "INSERT", new, given),
        Rule(f"{table}_submitted_update", table, "UPDATE", f"{old} OR {new}", given),
        Rule(f"{table}_submitted_delete", table, "DELETE", old, given),
    ]


def _guard(*rules: Rule) -> Guard:
    return Guard(
        "a submitted inspection is frozen",
        (
            *rules,
            Rule("inspection_submitted_delete", _INSPECTION, "DELETE", "OLD.state = 'submitted'"),
            *_of_submitted("inspections_answer"),
            *_of_submitted("inspections_photo"),
        ),
    )


_INSPECTION = "inspections_inspection"
# As it stood before scores could be corrected; migrations of that time use it.
FIRST_GUARD = _guard(
    Rule(
        "inspection_submitted_update",
        _INSPECTION,
        f"UPDATE OF {_FROZEN}, score, grade",
        "OLD.state = 'submitted'",
    )
)
GUARD = _guard(
    Rule("inspection_submitted_update", _INSPECTION, f"UPDATE OF {_FROZEN}", "OLD.state = 'submitted'"),
    Rule("inspection_corrected_update", _INSPECTION, "UPDATE OF score, grade, corrected", _UNCORRECTED),
)


REINSPECTIONS = Guard(
    "what a re-inspection is about never changes",
    (
        Rule(
            "inspection_items_update",
            _INSPECTION,
            "UPDATE OF reinspects_id, items",
            "OLD.reinspects_id IS NOT NULL OR NEW.reinspects_id IS NOT NULL",
        ),
    ),
)


def _findings(*rules: Rule) -> Guard:
    delete = Rule("finding_delete", "inspections_finding", "DELETE", "OLD.id IS NOT NULL")
    return Guard("what was found is never changed", (*rules, delete))


_FOUND = "inspection_id, item_id, round_id, center_id, region_id, clause, mode, working_days, found_at"
_SAID = "finding, requirement, lost"
# As it stood before scores could be corrected; migrations of that time use it.
FIRST_FINDINGS = _findings(
    Rule("finding_update", "inspections_finding", f"UPDATE OF {_FOUND}, {_SAID}", "OLD.id IS NOT NULL")
)
FINDINGS = _findings(
    Rule("finding_update", "inspections_finding", f"UPDATE OF {_FOUND}", "OLD.id IS NOT NULL"),
    Rule(
        "finding_said_update",
        "inspections_finding",
        f"UPDATE OF {_SAID}",
        "NOT EXISTS (SELECT 1 FROM inspections_correction c "
        "WHERE c.inspection_id = OLD.inspection_id AND c.item_id = OLD.item_id AND c.lost_after = NEW.lost)",
    ),
)
CORRECTIONS = Guard(
    "the ledger of a score is never changed",
    (
        Rule("correction_update", "inspections_correction", "UPDATE", "OLD.id IS NOT NULL"),
        Rule("correction_delete", "inspections_correction", "DELETE", "OLD.id IS NOT NULL"),
    ),
)
ANSWERS = Guard(
    "an answer stays with its item and its inspection",
    (
        Rule(
            "answer_moved_update",
            "inspections_answer",
            "UPDATE OF inspection_id, item_id",
            "OLD.inspection_id <> NEW.inspection_id OR OLD.item_id <> NEW.item_id",
        ),
    ),
)
HISTORY = Guard(
    "the history of answers is never changed",
    (
        Rule("answer_event_update", "inspections_answerevent", "UPDATE", "OLD.id IS NOT NULL"),
        Rule("answer_event_delete", "inspections_answerevent", "DELETE", "OLD.id IS NOT NULL"),
    ),
)
CONFLICTS = Guard(
    "a conflict is settled once and never forgotten",
    (
        Rule("conflict_delete", "inspections_conflict", "DELETE", "OLD.id IS NOT NULL"),
        Rule("conflict_settled_update", "inspections_conflict", "UPDATE", "OLD.settled_at IS NOT NULL"),
        Rule(
            "conflict_update",
            "inspections_conflict",
            "UPDATE OF inspection_id, item_id, opened_at",
            "OLD.id IS NOT NULL",
        ),
    ),
)
ARRIVED = Guard(
    "a photo that has arrived is never replaced",
    (
        Rule(
            "photo_arrived_update",
            "inspections_photo",
            "UPDATE OF id, inspection_id, item_id, of_id, file, thumbnail, sha256, received_sha256, size, "
            "device, taken_at, added_by_id, captured_by_id, added_at, arrived_at",
            "OLD.arrived_at IS NOT NULL",
        ),
    ),
)
REPLIES = Guard(
    "what was reported is never changed",
    (
        Rule("finding_event_update", "inspections_findingevent", "UPDATE", "OLD.id IS NOT NULL"),
        Rule("finding_event_delete", "inspections_findingevent", "DELETE", "OLD.id IS NOT NULL"),
        Rule("reply_update", "inspections_reply", "UPDATE", "OLD.reported_at IS NOT NULL"),
        Rule("reply_delete", "inspections_reply", "DELETE", "OLD.reported_at IS NOT NULL"),
        Rule("evidence_update", "inspections_evidence", "UPDATE", "OLD.reply_id IS NOT NULL"),
        Rule("evidence_delete", "inspections_evidence", "DELETE", "OLD.id IS NOT NULL"),
        Rule("request_update", "inspections_request", "UPDATE", "OLD.state <> 'asked'"),
        Rule("request_delete", "inspections_request", "DELETE", "OLD.id IS NOT NULL"),
    ),
)


_PUBLISHED = (
    "EXISTS (SELECT 1 FROM standards_edition e WHERE e.id = named.edition_id AND e.published_at IS NOT NULL)"
)


def _references(table: str, *people: Reference) -> References:
    # What is filled in follows a published edition, whose items are never removed. A foreign key would look
    # through all answers there are for each item of a draft that is discarded.
    item = Reference("item_id", "standards_item", lasting=_PUBLISHED)
    return References(table, (Reference("inspection_id", _INSPECTION), item, *people))


def _of_people(lasting: str) -> tuple[References, ...]:
    """The two tables that a delivery of a whole form writes."""
    updated_by, by, captured_by = (
        Reference(column, "organization_user", lasting=lasting, changes=column == "updated_by_id")
        for column in ("updated_by_id", "by_id", "captured_by_id")
    )
    return (
        _references("inspections_answer", updated_by),
        _references("inspections_answerevent", by, captured_by),
    )


# As they stood before people were kept for ever; migrations of that time use them.
FIRST_REFERENCES = _of_people("")
# A guard of their own keeps people for ever, too.
REFERENCES = _of_people("named.id IS NOT NULL")
