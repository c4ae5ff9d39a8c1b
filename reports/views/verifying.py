"""The public page at which anybody checks a document: no login, nothing about persons, nothing stored."""

import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .. import verification
from ..models import OfficialDocument

# What a form adds around its one file.
AROUND = 4096


# Nothing is changed here, and the size must be looked at before anything reads the body.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """What is known of an issued document; a POST compares a file with the issued one, byte for byte."""
    rows = OfficialDocument.objects.numbered().select_related("replaced_by", "replaces")
    document = rows.defer("document").filter(token=token).first()
    if document is None:
        return render(request, "reports/verify_unknown.html", status=404)
    answer, status = (_compare(request, document), 200) if request.method == "POST" else ({}, 200)
    if answer.get("fault"):
        status = 413 if answer["fault"] == "too_large" else 400
    context = {
        "document": document,
        "digest": verification.short(document.digest),
        "replaced_by": _numbered(getattr(document, "replaced_by", None)),
        "replaces": _numbered(document.replaces),
        "most": settings.VERIFY_MAX_BYTES,
        "most_words": _("%(megabytes)s MB") % {"megabytes": settings.VERIFY_MAX_BYTES // 2**20},
        **answer,
    }
    return render(request, "reports/verify.html", context, status=status)


def _numbered(document: OfficialDocument | None) -> OfficialDocument | None:
    """A document that others may hear of: one that is issued."""
    return document if document is not None and document.is_issued else None


def _compare(request: HttpRequest, document: OfficialDocument) -> dict[str, object]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.VERIFY_MAX_BYTES + AROUND:
        return {"fault": "too_large"}
    chosen = request.FILES.get("file")
    if not isinstance(chosen, UploadedFile):
        return {"fault": "no_file"}
    digest = hashlib.sha256()
    for piece in chosen.chunks():
        digest.update(piece)
    return {"same": digest.hexdigest() == document.sha256, "compared": True}
