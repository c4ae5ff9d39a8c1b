"""What the database refuses to change: the trail, but for sealing a row and a recorded cut; who there is."""

from .row_locks import Guard, Rule

ENTRIES, CUTS = "organization_auditentry", "organization_auditcut"
_CONTENT = "id, at, by_id, address, action, target, object_name, region_id, result, detail"

GUARD = Guard(
    "the audit trail is only ever added to",
    (
        Rule("audit_entry_update", ENTRIES, f"UPDATE OF {_CONTENT}", "OLD.id IS NOT NULL"),
        Rule(
            "audit_entry_reseal",
            ENTRIES,
            "UPDATE OF position, digest",
            "OLD.position IS NOT NULL OR NEW.position IS NULL",
        ),
        # Only what a cut covers goes, and a cut is a row that stays.
        Rule(
            "audit_entry_delete",
            ENTRIES,
            "DELETE",
            "OLD.position IS NULL OR "
            "NOT EXISTS (SELECT 1 FROM organization_auditcut c WHERE c.position >= OLD.position)",
        ),
        Rule("audit_entry_truncate", ENTRIES, "TRUNCATE", "TRUE"),
        Rule("audit_cut_update", CUTS, "UPDATE", "OLD.id IS NOT NULL"),
        Rule("audit_cut_delete", CUTS, "DELETE", "OLD.id IS NOT NULL"),
        Rule("audit_cut_truncate", CUTS, "TRUNCATE", "TRUE"),
    ),
)
# Whoever did anything is named by what they did; an account that is no longer needed is anonymized.
PEOPLE = Guard(
    "a person is never removed",
    (
        Rule("user_delete", "organization_user", "DELETE", "OLD.id IS NOT NULL"),
        Rule("user_key_update", "organization_user", "UPDATE OF id", "OLD.id <> NEW.id"),
        Rule("user_truncate", "organization_user", "TRUNCATE", "TRUE"),
    ),
)
