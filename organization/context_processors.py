"""What the frame of every page shows: region, person, entries, demonstration mark."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .codes import Level
from .middleware import idle_seconds
from .models import Assignment, Region, Role, User
from .querysets import within

# Address, words, icon, and the roles that see the entry; none means everybody.
ENTRIES = [
    ("reports:county", _("总览"), "home", {Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY}),
    ("inspections:task-list", _("任务"), "tasks", {Role.INSPECTOR, Role.LEAD_INSPECTOR}),
    ("reports:our-centers", _("本单位"), "home", {Role.TOWNSHIP_STAFF}),
    ("inspections:round-list", pgettext_lazy("page", "轮次"), "rounds", {Role.ADMINISTRATOR}),
    ("reports:finding-list", _("问题"), "findings", {Role.ADMINISTRATOR, Role.TOWNSHIP_STAFF}),
    (
        "reports:document-list",
        _("文书"),
        "notices",
        {Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY, Role.TOWNSHIP_STAFF},
    ),
    ("organization:person-list", _("人员"), "people", {Role.SECURITY_ADMINISTRATOR}),
    ("organization:audit", _("审计"), "audit", {Role.AUDIT_ADMINISTRATOR}),
    ("organization:center-list", pgettext_lazy("page", "中心"), "centers", {Role.ADMINISTRATOR}),
    ("standards:edition-list", pgettext_lazy("page", "标准"), "standards", set[str]()),
]
# Where the addresses of pages begin that have no entry of their own but belong under one.
BELOW = {
    "reports:county": ("/inbox/", "/regions/", "/rectification/", "/calendar/"),
    "inspections:task-list": ("/inspections/", "/field/", "/drafts/"),
    "reports:our-centers": ("/inspections/", "/village-people/"),
    "inspections:round-list": ("/inspections/",),
    "reports:finding-list": ("/requests/",),
    "reports:document-list": ("/issuing-body/", "/offices/", "/jobs/", "/inspections/", "/findings/"),
    "standards:edition-list": ("/rehearsals/",),
}


@dataclass
class Frame:
    request: HttpRequest
    grants: list[Assignment] = field(init=False)
    person: User | None = field(init=False)

    def __post_init__(self) -> None:
        user = getattr(self.request, "user", None)
        self.person = user if user is not None and user.is_authenticated else None
        self.grants = self.person.grants if self.person else []

    @cached_property
    def roles(self) -> set[str]:
        return {grant.role for grant in self.grants}

    @cached_property
    def idle_seconds(self) -> int:
        """After how long without use this log-in ends; 0 for never."""
        return idle_seconds(self.person, self.request.session) if self.person else 0

    @cached_property
    def trail(self) -> list[str]:
        """Names of the person's first region and those above it, outermost first."""
        region = self.grants[0].region if self.grants else None
        names = []
        while region is not None:
            names.append(region.name)
            region = region.parent
        return names[::-1]

    @cached_property
    def is_demonstration(self) -> bool:
        """Say whether the person sees invented data; only from above a county is that asked of the rows."""
        if self.person and any(grant.region.is_demonstration for grant in self.grants):
            return True
        if self.person and all(grant.region.level >= Level.COUNTY for grant in self.grants):
            return False
        inside = within(self.person.prefixes(), "code") if self.person else Q()
        return Region.objects.filter(inside, is_demonstration=True).exists()

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        """At most six entries of the rail, by role; the current one is marked."""
        shown = [entry for entry in ENTRIES if self.person and (not entry[3] or entry[3] & self.roles)][:6]
        current = self._current([entry[0] for entry in shown])
        return [
            {"url": reverse(name), "label": label, "icon": icon, "is_current": name == current}
            for name, label, icon, _roles in shown
        ]

    def _current(self, names: list[str]) -> str | None:
        """The entry that the page is, or under which it belongs: the first one of several."""
        path = self.request.path
        own = (name for name in names if path.startswith(reverse(name)))
        below = (name for name in names if self.request.path_info.startswith(BELOW.get(name, ())))
        return next(own, next(below, None))


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
