"""Tables that may be long, as somebody asks for them: a round's scores, its ledger, findings as filtered.

The ledger may be wanted on paper, too, which takes far longer for each row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Count
from django.utils.translation import gettext as _

from inspections.models import Finding, Inspection, Round
from organization.codes import CODE_LENGTH
from organization.models import User
from organization.problems import Problem
from organization.staff_sheets import XLSX
from organization.whereabouts import places_above

from . import finding_tables, overview, printed_ledger, tables
from .finding_tables import WHOLE, Part
from .listing import findings_as_filtered, meant
from .models import Job
from .sheets import Through, unwatched

# Rows that are written in about a second, while their person waits; more are a job.
AT_ONCE = 5_000
# Findings that are typeset within two seconds, and the most that are: in ten seconds, on some seventy pages.
PRINTED_AT_ONCE = 100
MOST_PRINTED = 600
# Rows of one file: a worker writes it in half a minute, far within the time that the queue gives a task, and
# a spreadsheet opens it.
IN_A_FILE = 200_000
LONGEST_NAME = 120
CSV = "text/csv; charset=utf-8"
ACTIONS = {"scores": "scores.export", "ledger": "ledger.export", "findings": "findings.export"}


@dataclass(frozen=True)
class LongTable:
    """A table of what its person may see; `wanted` is how a list of findings is filtered, and the form."""

    kind: str
    user: User
    round: Round | None = None
    wanted: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> Any:
        return self.round if self.kind != Job.Kind.FINDINGS else Finding._meta.verbose_name

    @property
    def trail(self) -> dict[str, Any]:
        return trail_of(self.about, self.user)

    @property
    def action(self) -> str:
        return "ledger.print" if self.is_pdf else ACTIONS[self.kind]

    @property
    def query(self) -> str:
        """What tells it from the person's others of its kind."""
        wanted = dict(self.wanted)
        return urlencode(wanted if self.kind == Job.Kind.FINDINGS else {"round": self.about.pk} | wanted)

    @property
    def is_csv(self) -> bool:
        return self.wanted.get("as") == "csv"

    @property
    def is_pdf(self) -> bool:
        return self.wanted.get("as") == "pdf"

    @property
    def content_type(self) -> str:
        return CSV if self.is_csv else XLSX

    def name(self, number: int = 0) -> str:
        """The file's name, with its number where the table is divided into several."""
        if self.kind == Job.Kind.FINDINGS:
            named = _("问题清单.csv") if self.is_csv else _("问题清单.xlsx")
        else:
            named = self._named() % {"round": self.about.name}
        stem, _dot, form = named.rpartition(".")
        end = (_(" 第%(number)s册") % {"number": number} if number else "") + f".{form}"
        return stem[: LONGEST_NAME - len(end)] + end

    def _named(self) -> str:
        if self.kind == Job.Kind.SCORES:
            return _("%(round)s 得分表.xlsx")
        return _("%(round)s 整改台账.pdf") if self.is_pdf else _("%(round)s 整改台账.xlsx")

    def is_long(self) -> bool:
        """Whether its person would wait for it; raises `Problem` where nobody gets it."""
        if self.is_pdf:
            return self._printed() > PRINTED_AT_ONCE
        return self._counted(AT_ONCE) > AT_ONCE

    def _printed(self) -> int:
        """How many findings are on the paper; raises `Problem` where they are more than one may have."""
        count = self._counted(MOST_PRINTED)
        if count > MOST_PRINTED:
            words = _(
                "这一轮的问题超过 %(limit)d 项，一次最多打印这么多。请下载 Excel 台账，或者由乡镇分别打印。"
            )
            raise Problem(words % {"limit": MOST_PRINTED})
        return count

    def _counted(self, most: int) -> int:
        """How many rows there are; one above `most` stands for all more."""
        return int(self._rows().order_by()[: most + 1].count())

    def _rows(self) -> Any:
        if self.is_pdf:
            return printed_ledger.printed_findings(self.user, self.about)
        if self.kind == Job.Kind.FINDINGS:
            return findings_as_filtered(self.user, self.wanted)[0]
        model = Inspection if self.kind == Job.Kind.SCORES else Finding
        return model.objects.filter(overview.overseen(self.user), round=self.round)

    def parts(self) -> list[tuple[Part, int]]:
        """The files that it takes, by regions, each with about how many rows it has."""
        if self.kind == Job.Kind.SCORES:
            return [(WHOLE, tables.count_scores(round=self.round, user=self.user))]
        if self.is_pdf:
            return [(WHOLE, self._printed() * printed_ledger.WORK)]
        counts = self._rows().order_by(overview.TOWNSHIP).values_list(overview.TOWNSHIP)
        found = list(_divided(counts.annotate(rows=Count("pk"))))
        return found if len(found) > 1 else [(WHOLE, sum(rows for _part, rows in found))]

    def write(self, path: Path, part: Part = WHOLE, through: Through = unwatched) -> None:
        if self.is_pdf:
            # Findings may have been added since it was asked for.
            self._printed()
            printed_ledger.write_printed_ledger(path, round=self.about, user=self.user, through=through)
        elif self.kind == Job.Kind.SCORES:
            tables.write_scores(path, round=self.round, user=self.user, through=through)
        elif self.kind == Job.Kind.LEDGER:
            finding_tables.write_ledger(path, round=self.round, user=self.user, part=part, through=through)
        else:
            write = finding_tables.write_findings_csv if self.is_csv else finding_tables.write_findings
            write(path, part.of(self._rows()), places=places_above(self.user), through=through)


def trail_of(about: Any, user: User) -> dict[str, Any]:
    """What the trail says that a table is about, a row or a kind of rows, and the region in whose trail."""
    region = about.region_id if isinstance(about, Round | Inspection) else user.home_code
    return {"target": about, "region": region}


def findings_table(user: User, query: Mapping[str, Any], form: str) -> LongTable:
    """The list of findings as an address filters it, as .xlsx or .csv."""
    wanted = meant(query) | ({"as": "csv"} if form == "csv" else {})
    round = Round.objects.filter(pk=wanted["round"]).first() if "round" in wanted else None
    return LongTable(Job.Kind.FINDINGS, user, round, wanted)


def table_of(job: Job, user: User) -> LongTable:
    """The table that a job writes, for its person as they are now."""
    wanted = dict(parse_qsl(job.query))
    if job.kind != Job.Kind.FINDINGS:
        wanted.pop("round", None)
    return LongTable(job.kind, user, job.round, wanted)


def _divided(townships: Any) -> Iterator[tuple[Part, int]]:
    """Townships by their prefixes, each with its rows, put together into files; no region is left between."""
    first, rows = "0" * CODE_LENGTH, 0
    for township, more in townships:
        if rows and rows + more > IN_A_FILE:
            before = f"{int(township) - 1:0{len(township)}}"
            yield Part(first, before.ljust(CODE_LENGTH, "9")), rows
            first, rows = township.ljust(CODE_LENGTH, "0"), 0
        rows += more
    yield Part(first, "9" * CODE_LENGTH), rows
