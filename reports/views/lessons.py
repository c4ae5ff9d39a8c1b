"""What the county learns from a round: the page, and each of its tables as a file."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inspections.models import Round
from inspections.querysets import OVERSEERS
from organization.audit import record
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import User

from .. import lesson_tables, listing, overview, permissions
from ..lesson_tables import LessonTable


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """The figures of a round; whoever oversees more than counties chooses one of them first."""
    permissions.can_watch(request.user).enforce(action="lessons.read", target=request.path)
    asked = _asked(request)
    tables = asked.tables(request.user)
    context = {
        "asked": asked,
        "tables": [table for table in tables if table.rows],
        "choices": listing.places_to_choose(request.user, asked.region) if asked.wide else [],
    }
    return render(request, "reports/lessons.html", context)


@require_POST
def lesson_table(request: HttpRequest, key: str) -> HttpResponse:
    """One table as CSV, as the page shows it."""
    permissions.can_watch(request.user).enforce(action="lessons.export", target=request.path)
    asked = _asked(request)
    table = next((table for table in asked.tables(request.user) if table.key == key), None)
    if asked.round is None or table is None:
        raise Http404
    record(
        "lessons.export", by=request.user, target=asked.round, region=request.user.home_code,
        now=timezone.now(), table=key,
    )  # fmt: skip
    name = _("%(round)s %(table)s.csv") % {"round": asked.round.name, "table": table.title}
    response = HttpResponse(lesson_tables.csv_text(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


@dataclass(frozen=True)
class _Asked:
    """What the address asks for: a round, and the regions by their prefixes; none where one is to be chosen.

    `region` is the prefix that a `wide` person has chosen, which may still be too large.
    """

    wide: bool
    region: str
    places: tuple[str, ...]
    rounds: list[Round]
    round: Round | None

    @property
    def query(self) -> str:
        """The address of this choice, for what is downloaded from the page."""
        wanted = {"region": self.region, "round": self.round.pk if self.round else ""}
        return urlencode({name: value for name, value in wanted.items() if value})

    def tables(self, user: User) -> list[LessonTable]:
        if self.round is None or not self.places:
            return []
        return lesson_tables.tables_of(user, self.places, self.round, self.rounds)


def _asked(request: HttpRequest) -> _Asked:
    own = request.user.prefixes(*OVERSEERS)
    wide, region, places = any(map(_is_wide, own)), "", own
    if wide:
        wanted = request.GET.get("region", "")[:CODE_LENGTH]
        region = wanted if wanted.isascii() and wanted.isdigit() and wanted.startswith(own) else ""
        places = (region,) if not _is_wide(region) else ()
    rounds = overview.rounds_overseen(request.user, places) if places else []
    wanted = request.GET.get("round", "")
    round = next((row for row in rounds if str(row.pk) == wanted), rounds[0] if rounds else None)
    return _Asked(wide, region, places, rounds, round)


def _is_wide(place: str) -> bool:
    return len(place) < DIGITS[Level.COUNTY]
