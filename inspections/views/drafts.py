"""Drafts out of files: what a device could not send, handed in from another one."""

from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from organization.models import User
from organization.problems import NotAllowed, Problem
from standards.faults import Faults
from standards.wording import describe

from .. import actions, sync
from ..checklist import Checklist, checklist_of
from ..loading import load_inspection
from ..merging import Outcome
from ..models import Inspection
from ..wording import fault_words

MOST_FILES = 10
FAULTS_TOLD = 5


@dataclass
class Told:
    """What the page says of one file; with `problem`, nothing of it was taken in."""

    name: str
    problem: str = ""
    inspection: Inspection | None = None
    person: str = ""
    new: int = 0
    known: int = 0
    conflicts: list[Any] = field(default_factory=list)
    faulty: list[tuple[Any, str]] = field(default_factory=list)
    early: int = 0
    photos: int = 0
    known_photos: int = 0
    refused: list[tuple[Any, str]] = field(default_factory=list)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """Take in draft files; each by itself, for one that is bad must not hold up the others."""
    if request.method != "POST":
        return render(request, "inspections/drafts.html", {"most": MOST_FILES})
    files = request.FILES.getlist("draft")
    problem = ""
    if not files:
        problem = _("请先选择草稿文件。")
    elif len(files) > MOST_FILES:
        problem = _("一次最多导入%(n)d个文件。") % {"n": MOST_FILES}
    told = [] if problem else [_take_in(file, request.user) for file in files]
    bad = problem or any(one.problem for one in told)
    context = {"most": MOST_FILES, "told": told, "problem": problem}
    return render(request, "inspections/drafts.html", context, status=400 if bad else 200)


def _take_in(file: UploadedFile, by: User) -> Told:
    told = Told(str(file.name))
    try:
        draft = sync.read_draft(_body(file))
        inspection = load_inspection(by, draft.inspection)
        imported = actions.import_draft(inspection=inspection, draft=draft, by=by, now=timezone.now())
    except Faults as faults:
        lines = [describe(fault) for fault in faults.faults[:FAULTS_TOLD]]
        told.problem = _("这不是完整的草稿文件：%(reasons)s") % {"reasons": _("；").join(lines)}
    except sync.TooLarge as error:
        told.problem = _("文件超过%(most)d MB。") % {"most": error.most // 1024 // 1024}
    except Http404:
        told.problem = _("没有找到这份草稿所属的检查，或者它没有分配给您。")
    except Problem as problem:
        told.problem = str(problem.message)
    except NotAllowed as refused:
        told.problem = str(refused.reason)
    else:
        _describe(told, inspection, imported)
    return told


def _body(file: UploadedFile) -> bytes:
    if (file.size or 0) > sync.DRAFT_BYTES:
        raise sync.TooLarge(sync.DRAFT_BYTES)
    return file.read()


def _describe(told: Told, inspection: Inspection, imported: actions.Imported) -> None:
    items = checklist_of(inspection)
    counts = imported.outcomes
    told.inspection, told.person = inspection, imported.person.name
    told.new, told.early = counts[Outcome.APPLIED], counts[Outcome.EARLY] + counts[Outcome.REUSED]
    told.known = imported.known_answers + counts[Outcome.SAME]
    told.photos, told.known_photos = imported.photos, imported.known_photos
    told.refused = [(items.by_code[code], reason) for code, reason in imported.refused]
    _describe_answers(told, items, imported)


def _describe_answers(told: Told, items: Checklist, imported: actions.Imported) -> None:
    for result in imported.results:
        entry = items.by_code[result.mutation.item]
        if result.outcome is Outcome.CONFLICT and entry not in told.conflicts:
            told.conflicts.append(entry)
        elif result.outcome is Outcome.FAULTY and result.faults:
            lines = [line for lines in fault_words(result.faults).values() for line in lines]
            told.faulty.append((entry, " ".join(lines)))
