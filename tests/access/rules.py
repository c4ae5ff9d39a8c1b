"""Who may do what at which address: the one table that the access tests read.

Each address has a rule under its name. `about` says which row of the first township stands in it (see
`world.py`), `get` and `post` which methods it answers, `own` who gets through, being of that place, and
`above` who does, holding the role in the city above. Whoever is not named is refused (403), or finds nothing
(404) where they do not see the row; people of the township beside it and of the county beside it never find
the row, and on a page about no row see none of it.
"""

from dataclasses import dataclass

from organization.models import Role

EVERYBODY = frozenset(Role.values)
INSPECTORS = frozenset({"inspector", "lead_inspector"})
WRITERS = frozenset({"administrator", "reviewer", "signatory"})
STAFF = frozenset({"township_staff"})
ADMINISTRATOR = frozenset({"administrator"})
SECURITY = frozenset({"security_administrator"})
AUDIT = frozenset({"audit_administrator"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """See the module; `public` answers without a log-in."""

    own: frozenset[str] = NOBODY
    above: frozenset[str] | None = None
    about: str = ""
    get: bool = True
    post: bool = False
    public: bool = False
    # Leads on, whoever asks: home, or out of the door.
    leads_home: bool = False

    @property
    def opens_above(self) -> frozenset[str]:
        """By default a role reaches everything below its region; inspectors must be assigned besides."""
        return self.own - INSPECTORS - STAFF if self.above is None else self.above


def page(own: frozenset[str], about: str = "", above: frozenset[str] | None = None) -> Rule:
    return Rule(own, above, about)


def form(own: frozenset[str], about: str = "", above: frozenset[str] | None = None) -> Rule:
    return Rule(own, above, about, post=True)


def act(own: frozenset[str], about: str = "", above: frozenset[str] | None = None) -> Rule:
    return Rule(own, above, about, get=False, post=True)


RULES: dict[str, Rule] = {
    "home": page(EVERYBODY, above=EVERYBODY),
    "login": Rule(EVERYBODY, EVERYBODY, post=True, public=True, leads_home=True),
    "logout": Rule(EVERYBODY, EVERYBODY, get=False, post=True, leads_home=True),
    "set_language": Rule(EVERYBODY, EVERYBODY, get=False, post=True, public=True),
    "operations:health": Rule(EVERYBODY, EVERYBODY, public=True),
    "operations:ready": Rule(EVERYBODY, EVERYBODY, public=True),
    # Answers the configured addresses of machines alone, whoever asks.
    "operations:metrics": Rule(public=True),
    "organization:account": form(EVERYBODY, above=EVERYBODY),
    "organization:sessions-end": act(EVERYBODY, above=EVERYBODY),
    # The person's own alone.
    "organization:session-end": act(NOBODY, "session"),
    "organization:second-factor": form(EVERYBODY, above=EVERYBODY),
    "organization:recovery-codes": act(EVERYBODY, above=EVERYBODY),
    "organization:own-factor-drop": act(EVERYBODY, above=EVERYBODY),
    "organization:person-factor-drop": act(SECURITY, "person"),
    "organization:center-list": page(ADMINISTRATOR),
    "organization:center-edit": form(ADMINISTRATOR, "center"),
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
    "standards:edition-list": page(EVERYBODY, above=EVERYBODY),
    "standards:edition": page(EVERYBODY, "edition", above=EVERYBODY),
    "inspections:task-list": page(EVERYBODY, above=EVERYBODY),
    "inspections:round-list": page(ADMINISTRATOR),
    "inspections:round-create": form(ADMINISTRATOR),
    "inspections:round": page(ADMINISTRATOR, "round"),
    "inspections:round-centers": act(ADMINISTRATOR, "round"),
    "inspections:round-assign": act(ADMINISTRATOR, "round"),
    "inspections:form": page(INSPECTORS, "begun"),
    "inspections:check": page(INSPECTORS, "begun"),
    "inspections:answer-save": act(INSPECTORS, "item"),
    "inspections:section-save": act(INSPECTORS, "section"),
    "inspections:photo-add": act(INSPECTORS, "item"),
    "inspections:photo": page(INSPECTORS | WRITERS, "photo"),
    "inspections:photo-thumbnail": page(INSPECTORS | WRITERS, "photo"),
    "inspections:photo-remove": act(INSPECTORS, "photo"),
    "reports:county": page(WRITERS),
    "reports:our-centers": page(STAFF),
    "reports:finding-list": page(EVERYBODY, above=EVERYBODY),
    "reports:notice-list": page(EVERYBODY, above=EVERYBODY),
    "reports:issuing-body": form(ADMINISTRATOR),
    "reports:score": page(INSPECTORS | WRITERS | STAFF, "submitted"),
    "reports:submit": act(frozenset({"lead_inspector"}), "complete"),
    "reports:notice-draft": act(frozenset({"administrator", "reviewer"}), "submitted"),
    "reports:notice": page(WRITERS | STAFF, "issued"),
    "reports:notice-pdf": page(WRITERS | STAFF, "issued"),
    "reports:notice-page": page(WRITERS | STAFF, "page"),
    "reports:notice-edit": form(frozenset({"administrator", "reviewer"}), "draft"),
    "reports:notice-issue": act(frozenset({"administrator", "signatory"}), "draft"),
    "reports:round-export": act(ADMINISTRATOR, "round"),
}

# Addresses that a setting adds for developers.
OPTIONAL = {"components"}
