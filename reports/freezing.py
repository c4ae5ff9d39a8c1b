"""What the database refuses once a notice is issued."""

from organization.row_locks import Guard, Rule


def _guard(frozen: str) -> Guard:
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
GUARD = _guard(f"{_FIRST}, issuer, number_code, report_days, contact, phone, copy_to")
