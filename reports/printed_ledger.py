"""A round's ledger on paper, for what a person oversees: composed, and written as a file by a job."""

from itertools import repeat
from pathlib import Path
from typing import Any

from django.utils import timezone

from inspections.models import Finding, Round
from organization.models import Region, User
from organization.problems import Problem

from . import gathering, overview, pdf
from .document import DocumentRefused, Ledger
from .ledger import compose_ledger
from .models import IssuingBody
from .refusals import explain
from .sheets import Through, unwatched

# What a finding costs, by which a job tells how far it is: it is read, laid out with about eight others on a
# page, and at last drawn, of which nothing is heard until all are.
READ, LAID_OUT, DRAWN = 1, 6, 3
WORK = READ + LAID_OUT + DRAWN
ON_A_PAGE = 9


def printed_findings(user: User, round: Round) -> Any:
    return Finding.objects.standing().filter(overview.overseen(user), round=round)


def issuer_of(region: Region) -> str:
    body = IssuingBody.objects.signing_for(region.code)
    return body.name if body else region.name


def printed_ledger(user: User, round: Round, through: Through = unwatched) -> Ledger:
    """The ledger as it stands now; raises DocumentRefused."""
    found = printed_findings(user, round).select_related("center", "region__parent")
    rows = gathering.ledger_rows(found, printable=pdf.printable)
    return compose_ledger(
        issuer=issuer_of(round.region),
        region=round.region.name,
        round=round.name,
        rows=[row for (row,) in through(((row,) for row in rows), READ)],
        dated=timezone.localdate(),
        demonstration=round.region.is_demonstration,
    )


def write_printed_ledger(path: Path, *, round: Round, user: User, through: Through = unwatched) -> None:
    """Raises `Problem` where there can be no such paper."""
    pages = iter(through(repeat(()), ON_A_PAGE * LAID_OUT))
    try:
        made = pdf.render(printed_ledger(user, round, through), page_begun=lambda: next(pages))
    except DocumentRefused as refused:
        raise Problem(explain(refused)) from None
    path.write_bytes(made.pdf)
