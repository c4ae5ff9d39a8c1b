"""Tables and Word files for download; tables by a POST, since each export is written into the trail."""

import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from organization.audit import record
from organization.csv_text import cell_text, csv_lines
from organization.problems import Problem

from .. import actions, permissions, word
from ..assets import assets_of
from ..document import from_plain
from ..exports import notice_filename
from ..loading import load_document, load_round_overseen
from ..long_tables import CSV, XLSX, LongTable, findings_table, trail_of
from ..models import Job

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_POST
def round_scores(request: HttpRequest, pk: int) -> HttpResponse:
    """A round's ranking, centers, and points lost by item and township."""
    round = load_round_overseen(request.user, pk)
    return _given(request, LongTable(Job.Kind.SCORES, request.user, round))


@require_POST
def round_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """整改台账 of a round."""
    round = load_round_overseen(request.user, pk)
    return _given(request, LongTable(Job.Kind.LEDGER, request.user, round))


@require_POST
def finding_table(request: HttpRequest, form: str = "xlsx") -> HttpResponse:
    """The list of findings as the address filters it, as .xlsx or .csv."""
    return _given(request, findings_table(request.user, request.GET, form))


def _given(request: HttpRequest, table: LongTable) -> HttpResponse:
    """The table at once; where that would take long, the page on which it will be found."""
    try:
        job = actions.start_if_long(table=table, now=timezone.now())
    except Problem as problem:
        messages.info(request, problem.message)
        return redirect("reports:finding-list")
    if job:
        return redirect("reports:job", pk=job.pk)
    answer = table_file(table.name(), table.write, table.content_type)
    record(table.action, by=request.user, now=timezone.now(), **table.trail)
    return answer


@never_cache
@require_safe
def document_word(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The document as a Word file to work on: the frozen content of an issued one, a draft as it stands."""
    row = load_document(request.user, pk)
    try:
        if row.is_issued:
            content = from_plain(row.document)
        else:
            content = actions.compose(row, number=None, dated=timezone.localdate())
    except Problem:
        # The document's page says why there is none.
        return redirect("reports:document", pk=pk)
    body = word.write(content, assets_of(content))
    actions.note_view(document=row, by=request.user, now=timezone.now(), file=True)
    name = notice_filename(row).removesuffix(".pdf") + ".docx"
    return FileResponse(io.BytesIO(body), as_attachment=True, filename=name, content_type=DOCX)


def as_table(
    request: HttpRequest, action: str, about: Any, name: str, write: Callable[[Path], None]
) -> FileResponse:
    """Answer with the table that `write` makes, about a row with a region or a kind of rows."""
    trail = trail_of(about, request.user)
    permissions.can_export_tables(request.user).enforce(action=action, **trail)
    answer = table_file(name, write)
    record(action, by=request.user, now=timezone.now(), **trail)
    return answer


def table_file(name: str, write: Callable[[Path], None], kind: str = XLSX) -> FileResponse:
    """Answer with the file that `write` makes; who may have it and the trail are the caller's."""
    out = tempfile.NamedTemporaryFile(suffix=Path(name).suffix)  # noqa: SIM115 - the response closes and so removes it
    write(Path(out.name))
    return FileResponse(out, as_attachment=True, filename=name, content_type=kind)


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> HttpResponse:
    """A table as CSV; no cell is a formula."""
    told = ([cell_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    response = HttpResponse(csv_lines(heads, told), content_type=CSV)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
