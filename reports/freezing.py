"""What the database refuses once a notice is issued."""

from organization.row_locks import Guard, Rule

_FROZEN = (
    "inspection_id, region_id, body_id, title, addressee, year, number, dated_on, document, "
    "pdf, sha256, faces, issued_by_id, issued_at"
)

GUARD = Guard(
    "an issued notice is frozen",
    (
        Rule("notice_issued_update", "reports_notice", f"UPDATE OF {_FROZEN}", "OLD.state = 'issued'"),
        Rule("notice_issued_delete", "reports_notice", "DELETE", "OLD.state = 'issued'"),
    ),
)
