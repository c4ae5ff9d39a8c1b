"""Who may do what at which address: the one table that the access tests read.

Each address has a rule under its name, or several: one for each state of what stands in it. `about` says
which row of the first township that is (see `rows.py`), `get`, `post` and `put` which methods it answers,
`own` who gets through, being of that place, and `above` who does, holding the role in the city above. `acts`
are those of `own` who get through by a method that writes, where that is not all. Whoever is not named is
refused (403), or finds nothing (404) where they do not see the row; people of the township beside it and of
the county beside it never find the row, and on a page about no row see none of it. A county's round is also
that of the township beside: `beside` are those who get through there, to what is their own.
"""

from dataclasses import dataclass, replace

from organization.models import Role

EVERYBODY = frozenset(Role.values)
INSPECTORS = frozenset({"inspector", "lead_inspector"})
LEAD = frozenset({"lead_inspector"})
WRITERS = frozenset({"administrator", "reviewer", "signatory"})
STAFF = frozenset({"township_staff"})
ADMINISTRATOR = frozenset({"administrator"})
DRAFTERS = frozenset({"administrator", "reviewer"})
# In an office that does not ask for every step its administrator stands in for who checks and signs.
SIGNERS = frozenset({"administrator", "signatory"})
SIGNATORY = frozenset({"signatory"})
SECURITY = frozenset({"security_administrator"})
AUDIT = frozenset({"audit_administrator"})
NOBODY: frozenset[str] = frozenset()
# Rows that belong to nobody, as the published standard and what is to become the next one.
COMMON = frozenset({"", "edition", "edition_table", "draft_edition", "year", "lesson"})


@dataclass(frozen=True)
class Rule:
    """See the module; `public` answers without a log-in."""

    own: frozenset[str] = NOBODY
    above: frozenset[str] | None = None
    about: str = ""
    get: bool = True
    post: bool = False
    put: bool = False
    acts: frozenset[str] | None = None
    beside: frozenset[str] | None = None
    public: bool = False
    # Leads on, whoever asks: home, or out of the door.
    leads_home: bool = False
    # Of those who hold the role, only the uppermost: it is about the whole installation.
    uppermost: bool = False

    def answers(self, method: str) -> bool:
        return bool({"get": self.get, "head": self.get, "post": self.post, "put": self.put}.get(method))

    def held_by(self, method: str) -> frozenset[str]:
        """The roles that get through by this method, of the place itself."""
        return self.own if method in ("get", "head") or self.acts is None else self.acts

    def held_above(self, method: str) -> frozenset[str]:
        """By default a role reaches everything below its region; inspectors must be assigned besides."""
        return self.held_by(method) - INSPECTORS - STAFF if self.above is None else self.above


def page(own: frozenset[str], about: str = "", above: frozenset[str] | None = None) -> Rule:
    return Rule(own, above, about)


def form(
    own: frozenset[str],
    about: str = "",
    above: frozenset[str] | None = None,
    acts: frozenset[str] | None = None,
) -> Rule:
    return Rule(own, above, about, post=True, acts=acts)


def act(
    own: frozenset[str],
    about: str = "",
    above: frozenset[str] | None = None,
    beside: frozenset[str] | None = None,
) -> Rule:
    return Rule(own, above, about, get=False, post=True, beside=beside)


def rules_of(name: str) -> tuple[Rule, ...]:
    found = RULES[name]
    return found if isinstance(found, tuple) else (found,)


READERS = WRITERS | STAFF
ALL = Rule(EVERYBODY, EVERYBODY)
ALL_ACT = Rule(EVERYBODY, EVERYBODY, get=False, post=True)
PUBLIC = replace(ALL, public=True)
# An inspection under way, and what came of it.
UNDER_WAY = page(INSPECTORS | WRITERS, "begun")
OPEN_TO_ALL_SIDES = page(INSPECTORS | READERS, "submitted")
# A self-check is the township's own: its staff fill it, the county's inspectors have no part in it.
OWN_CHECK = page(STAFF, "self_check")
OWN_CHECK_SEEN = page(READERS, "self_check")

RULES: dict[str, Rule | tuple[Rule, ...]] = {
    "home": ALL,
    "login": replace(PUBLIC, post=True, leads_home=True),
    "logout": replace(ALL_ACT, leads_home=True),
    "set_language": replace(ALL_ACT, public=True),
    "operations:health": PUBLIC,
    "operations:ready": PUBLIC,
    # Answers the configured addresses of machines alone, whoever asks.
    "operations:metrics": Rule(public=True),
    "organization:session": PUBLIC,
    "organization:account": replace(ALL, post=True),
    "organization:own-data": ALL,
    "organization:own-data-download": ALL_ACT,
    "organization:privacy": replace(ALL, post=True),
    "organization:person-data": act(SECURITY, "person"),
    "organization:person-anonymize": act(SECURITY, "person"),
    "organization:sessions-end": ALL_ACT,
    # The person's own alone.
    "organization:session-end": act(NOBODY, "session"),
    "organization:second-factor": replace(ALL, post=True),
    "organization:recovery-codes": ALL_ACT,
    "organization:own-factor-drop": ALL_ACT,
    "organization:person-factor-drop": act(SECURITY, "person"),
    "organization:center-list": page(ADMINISTRATOR),
    "organization:center-edit": form(ADMINISTRATOR, "center"),
    "organization:delegate-list": page(STAFF),
    "organization:delegate-create": form(STAFF),
    "organization:person-list": page(SECURITY),
    "organization:person-create": form(SECURITY),
    "organization:people-import": form(SECURITY),
    "organization:people-sheet": page(SECURITY),
    "organization:person-edit": form(SECURITY, "person"),
    "organization:person-password": form(SECURITY, "person"),
    "organization:person-assign": form(SECURITY, "person"),
    "organization:person-unassign": act(SECURITY, "assignment"),
    "organization:person-disable": act(SECURITY, "person"),
    "organization:person-enable": act(SECURITY, "person"),
    "organization:audit": page(AUDIT),
    "organization:audit-export": act(AUDIT),
    "standards:edition-list": ALL,
    "standards:edition": replace(ALL, about="edition"),
    "standards:changes": replace(ALL, about="edition"),
    "standards:draft": replace(form(ADMINISTRATOR, "draft_edition"), uppermost=True),
    "standards:copy": replace(act(ADMINISTRATOR, "edition"), uppermost=True),
    "standards:publish": replace(act(ADMINISTRATOR, "draft_edition"), uppermost=True),
    "standards:discard": replace(act(ADMINISTRATOR, "draft_edition"), uppermost=True),
    "standards:efforts": replace(form(ADMINISTRATOR, "edition"), uppermost=True),
    "inspections:task-list": ALL,
    "inspections:field": ALL,
    "inspections:worker": PUBLIC,
    "inspections:manifest": PUBLIC,
    # Each file names its inspection, which must be one that the person may fill (test_drafts.py).
    "inspections:drafts": replace(ALL, post=True),
    "inspections:round-list": page(ADMINISTRATOR),
    "inspections:round-create": form(ADMINISTRATOR),
    "inspections:round": page(ADMINISTRATOR, "round"),
    "inspections:round-centers": act(ADMINISTRATOR, "round"),
    "inspections:round-assign": act(ADMINISTRATOR, "round"),
    "inspections:round-take-out": act(ADMINISTRATOR, "round"),
    "inspections:round-self-check": act(ADMINISTRATOR, "round"),
    "inspections:form": (page(INSPECTORS, "begun"), OWN_CHECK),
    "inspections:check": (page(INSPECTORS, "begun"), OWN_CHECK),
    "inspections:offline": (page(INSPECTORS, "begun"), OWN_CHECK),
    "inspections:state": (page(INSPECTORS, "begun"), OWN_CHECK),
    "inspections:paper": (UNDER_WAY, OWN_CHECK_SEEN),
    "inspections:receipt": (UNDER_WAY, OPEN_TO_ALL_SIDES, OWN_CHECK_SEEN),
    "inspections:receipt-file": (UNDER_WAY, OPEN_TO_ALL_SIDES, OWN_CHECK_SEEN),
    # What inspectors noted differently stays among them and those who oversee them.
    "inspections:conflicts": (
        replace(UNDER_WAY, post=True, acts=LEAD),
        replace(page(INSPECTORS | WRITERS, "submitted"), post=True, acts=NOBODY),
    ),
    "inspections:answer-save": (act(INSPECTORS, "item"), act(STAFF, "own_item")),
    "inspections:section-save": act(INSPECTORS, "section"),
    "inspections:sync": (act(INSPECTORS, "begun"), act(STAFF, "self_check"), act(NOBODY, "submitted")),
    "inspections:photo-announce": (act(INSPECTORS, "begun"), act(NOBODY, "submitted")),
    "inspections:photo-upload": (
        Rule(INSPECTORS | WRITERS, about="on_the_way", put=True, acts=INSPECTORS),
        # One that has arrived is told so whoever sees it, and takes no more bytes.
        Rule(INSPECTORS | WRITERS, about="arrived", put=True),
    ),
    "inspections:photo-add": act(INSPECTORS, "item"),
    "inspections:photo": (page(INSPECTORS | WRITERS, "photo"), page(INSPECTORS | READERS, "kept_photo")),
    "inspections:photo-thumbnail": (
        page(INSPECTORS | WRITERS, "photo"),
        page(INSPECTORS | READERS, "kept_photo"),
    ),
    "inspections:photo-remove": (act(INSPECTORS, "photo"), act(NOBODY, "kept_photo")),
    "inspections:finding": tuple(page(READERS, row) for row in ("to_repair", "asked", "reported", "closed")),
    "inspections:finding-reply": (act(STAFF, "to_repair"), act(NOBODY, "reported")),
    "inspections:finding-report": (act(STAFF, "to_repair"), act(NOBODY, "closed")),
    "inspections:finding-extension": (act(STAFF, "to_repair"), act(NOBODY, "reported")),
    "inspections:finding-objection": (act(STAFF, "to_repair"), act(NOBODY, "reported")),
    "inspections:finding-review": (act(ADMINISTRATOR, "reported"), act(ADMINISTRATOR, "closed")),
    "inspections:feedback": page(STAFF, "answered"),
    "inspections:feedback-save": act(STAFF, "answered"),
    "inspections:feedback-report": act(STAFF, "answered"),
    "inspections:reinspect": form(ADMINISTRATOR, "submitted"),
    "inspections:request-decide": act(ADMINISTRATOR, "request"),
    # The township's own until it is reported.
    "inspections:evidence": (page(READERS, "evidence"), page(STAFF, "kept_evidence")),
    "inspections:evidence-thumbnail": (page(READERS, "evidence"), page(STAFF, "kept_evidence")),
    "inspections:message-list": ALL,
    "inspections:messages-read": ALL_ACT,
    "inspections:messages-choose": ALL_ACT,
    "inspections:inbox": page(ADMINISTRATOR),
    "inspections:inbox-close": act(ADMINISTRATOR),
    "inspections:policy": form(ADMINISTRATOR),
    "inspections:calendar-list": ALL,
    "inspections:calendar-year": replace(ALL, about="year"),
    "inspections:calendar-load": replace(form(ADMINISTRATOR), uppermost=True),
    "reports:edition-changes-table": replace(ALL_ACT, about="edition_table"),
    "reports:county": page(WRITERS),
    "reports:region": page(WRITERS, "region"),
    "reports:region-table": act(WRITERS, "region_table"),
    "reports:boundaries": form(ADMINISTRATOR, "county"),
    "reports:boundaries-remove": act(ADMINISTRATOR, "county"),
    "reports:our-centers": page(STAFF),
    "reports:lessons": page(WRITERS),
    # Whoever oversees more than a county names one first.
    "reports:lesson-table": act(WRITERS, "lesson", above=NOBODY),
    "reports:finding-list": ALL,
    "reports:view-save": ALL_ACT,
    # The person's own alone.
    "reports:view-remove": act(NOBODY, "saved_view"),
    "reports:finding-table": act(READERS),
    "reports:finding-csv": act(READERS),
    "reports:document-list": ALL,
    "reports:issuing-body": form(ADMINISTRATOR),
    "reports:score": OPEN_TO_ALL_SIDES,
    "reports:score-report": act(INSPECTORS | READERS, "submitted"),
    "reports:comparison": page(READERS, "submitted"),
    "reports:comparison-table": act(READERS, "submitted"),
    "reports:comparison-csv": act(READERS, "submitted"),
    "reports:feedback-paper": (act(READERS, "answered"),),
    "reports:submit": act(LEAD, "complete"),
    "reports:notice-draft": act(DRAFTERS, "submitted"),
    "reports:opinion-draft": act(DRAFTERS, "submitted"),
    "reports:notices-draft": act(DRAFTERS),
    "reports:circular-draft": act(DRAFTERS, "round", beside=NOBODY),
    "reports:document": tuple(
        page(READERS if row in ("issued", "withdrawn") else WRITERS, row)
        for row in ("issued", "draft", "checked", "withdrawn", "circular_draft")
    ),
    "reports:document-pdf": (page(READERS, "issued"), page(WRITERS, "draft")),
    "reports:document-page": (page(READERS, "page"), page(WRITERS, "draft_page")),
    "reports:document-word": (page(READERS, "issued"), page(WRITERS, "draft")),
    "reports:document-edit": (form(DRAFTERS, "draft"), form(NOBODY, "issued")),
    "reports:document-preview": (act(DRAFTERS, "draft"), act(NOBODY, "checked")),
    "reports:document-check": (act(DRAFTERS, "draft"), act(NOBODY, "issued")),
    "reports:document-sign": (act(SIGNERS, "draft"), act(SIGNERS, "checked")),
    "reports:document-send-back": (act(WRITERS, "checked"), act(NOBODY, "issued")),
    "reports:document-issue": (act(SIGNERS, "draft"), act(SIGNERS, "checked")),
    "reports:document-deliver": (act(DRAFTERS, "issued"), act(NOBODY, "draft")),
    "reports:document-receipt": (act(READERS, "issued"), act(WRITERS, "draft")),
    "reports:document-acknowledge": (act(STAFF, "issued"), act(NOBODY, "draft")),
    "reports:document-withdraw": (act(SIGNERS, "issued"), act(NOBODY, "draft")),
    "reports:request-correct": (form(ADMINISTRATOR, "objection"), form(NOBODY, "request")),
    "reports:document-supersede": (act(ADMINISTRATOR, "overtaken"), act(NOBODY, "issued")),
    "reports:document-replace": (act(DRAFTERS, "withdrawn"), act(NOBODY, "issued")),
    "reports:round-issue": act(SIGNERS, "round", beside=SIGNERS),
    "reports:round-export": act(ADMINISTRATOR, "round"),
    "reports:round-print": act(ADMINISTRATOR, "round"),
    "reports:round-scores": act(WRITERS, "round", beside=WRITERS),
    "reports:round-ledger": act(WRITERS, "round", beside=WRITERS),
    "reports:round-ledger-paper": act(WRITERS, "round", beside=WRITERS),
    "reports:rehearsal-list": replace(page(ADMINISTRATOR), uppermost=True),
    "reports:rehearsal-start": replace(act(ADMINISTRATOR), uppermost=True),
    "reports:rehearsal": replace(page(ADMINISTRATOR, "rehearsal"), uppermost=True),
    "reports:rehearsal-progress": replace(page(ADMINISTRATOR, "rehearsal"), uppermost=True),
    "reports:rehearsal-center": replace(page(ADMINISTRATOR, "rehearsal"), uppermost=True),
    "reports:rehearsal-cancel": replace(act(ADMINISTRATOR, "rehearsal"), uppermost=True),
    "reports:rehearsal-table": replace(act(ADMINISTRATOR, "rehearsal"), uppermost=True),
    "reports:job-list": page(READERS),
    # A table is for the person alone who asked for it.
    "reports:job": (page(WRITERS, "job"), page(WRITERS, "issuing"), page(NOBODY, "table")),
    "reports:job-progress": (page(WRITERS, "job"), page(NOBODY, "table")),
    "reports:job-cancel": (act(SIGNERS, "issuing"), act(ADMINISTRATOR, "job"), act(NOBODY, "table")),
    "reports:job-retry": (act(ADMINISTRATOR, "job"), act(SIGNERS, "issuing"), act(NOBODY, "table")),
    "reports:job-file": (page(WRITERS, "file"), page(NOBODY, "table_file")),
    "reports:register": form(WRITERS, "office", acts=ADMINISTRATOR),
    "reports:wording": form(DRAFTERS, "wording"),
    "reports:wording-preview": act(DRAFTERS, "wording"),
    "reports:seals": form(SIGNATORY, "office"),
    "reports:seal-image": page(SIGNATORY, "seal"),
    "reports:seal-retire": act(SIGNATORY, "seal"),
    # Whoever has the paper in hand reads its token, and is told what the paper says.
    "reports:verify": replace(PUBLIC, about="token", post=True),
}

# Addresses that a setting adds for developers.
OPTIONAL = {"components"}
