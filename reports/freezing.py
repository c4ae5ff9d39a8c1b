"""What the database refuses once a document is issued, and of numbers and of history at any time."""

from organization.row_locks import Guard, Rule


def _guard(frozen: str) -> Guard:
    """As it stood while notices were the only documents; migrations of that time use it."""
    return Guard(
        "an issued notice is frozen",
        (
            Rule("notice_issued_update", "reports_notice", f"UPDATE OF {frozen}", "OLD.state = 'issued'"),
            Rule("notice_issued_delete", "reports_notice", "DELETE", "OLD.state = 'issued'"),
        ),
    )


_FIRST = (
    "inspection_id, region_id, body_id, title, addressee, year, number, dated_on, document, "
    "pdf, sha256, faces, issued_by_id, issued_at"
)
# As migration 0002 sets it, when the columns that came later are not there yet.
FIRST_GUARD = _guard(_FIRST)
# As migration 0003 sets it.
NOTICE_GUARD = _guard(f"{_FIRST}, issuer, number_code, report_days, contact, phone, copy_to")

_DOCUMENT = "reports_officialdocument"
# Not `phone`, which is encrypted anew when the keys change; what was printed of it stands in `document`.
_FROZEN = (
    f"{_FIRST}, issuer, number_code, report_days, contact, copy_to, kind, round_id, replaces_id, "
    "wording, seal, proof, with_photos, digest, signature"
)
_NUMBERED = "('issued', 'delivered', 'acknowledged', 'withdrawn')"
DOCUMENTS = Guard(
    "an issued document is frozen",
    (
        Rule("document_issued_update", _DOCUMENT, f"UPDATE OF {_FROZEN}", f"OLD.state IN {_NUMBERED}"),
        Rule("document_issued_delete", _DOCUMENT, "DELETE", f"OLD.state IN {_NUMBERED}"),
        Rule(
            "document_issued_state",
            _DOCUMENT,
            "UPDATE OF state",
            f"OLD.state IN {_NUMBERED} AND NEW.state NOT IN {_NUMBERED} "
            "OR OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'",
        ),
        Rule("document_token_update", _DOCUMENT, "UPDATE OF token", "OLD.token <> NEW.token"),
    ),
)
# A column that came later than the guard above, which earlier migrations set.
REPAIR_BY = Guard(
    "an issued document is frozen",
    (Rule("document_repair_by_update", _DOCUMENT, "UPDATE OF repair_by", f"OLD.state IN {_NUMBERED}"),),
)
EVENTS = Guard(
    "the history of a document is never changed",
    (
        Rule("document_event_update", "reports_documentevent", "UPDATE", "OLD.id IS NOT NULL"),
        Rule("document_event_delete", "reports_documentevent", "DELETE", "OLD.id IS NOT NULL"),
    ),
)
NUMBERS = Guard(
    "the register of numbers is never changed",
    (
        Rule(
            "given_number_gap",
            "reports_givennumber",
            "INSERT",
            "NEW.number > 1 AND NOT EXISTS (SELECT 1 FROM reports_givennumber g "
            "WHERE g.body_id = NEW.body_id AND g.year = NEW.year AND g.number = NEW.number - 1)",
        ),
        Rule(
            "given_number_update",
            "reports_givennumber",
            "UPDATE OF body_id, number_code, year, number, document_id, given_by_id, given_at",
            "OLD.id IS NOT NULL",
        ),
        Rule(
            "given_number_void",
            "reports_givennumber",
            "UPDATE OF voided_by_id, voided_at, reason",
            "OLD.voided_at IS NOT NULL",
        ),
        Rule("given_number_delete", "reports_givennumber", "DELETE", "OLD.id IS NOT NULL"),
    ),
)
GUARDS = (DOCUMENTS, REPAIR_BY, EVENTS, NUMBERS)
