"""The township's side: what was done about a finding, what shows it, and what it asks for."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.audit import record
from organization.counting import counting
from organization.models import User
from organization.permissions import Verdict
from organization.problems import Problem
from organization.templatetags.portal import day

from .. import permissions, workflow
from ..evidence_files import check_file
from ..models import Evidence, Finding, Reply, Request
from ..photos import prepare
from .messaging import COUNTY, page_of, short, tell
from .moving import lock_finding, move, note

EVIDENCE_PER_DRAFT = 20


def save_reply(*, finding: Finding, fields: Mapping[str, Any], by: User, now: datetime) -> Reply:
    """Keep the draft of a reply, as far as it goes; the first one begins the repair.

    `fields` are those of `ReplyForm`.
    """
    with counting():
        locked = _lock_to_repair(finding, by)
        if locked.state == workflow.ACKNOWLEDGED:
            move(locked, "begin", by=by, now=now)
        reply, _created = Reply.objects.update_or_create(
            finding=locked, reported_at=None, defaults={**fields, "saved_by": by, "saved_at": now}
        )
        record("reply.save", by=by, target=locked, region=locked.region_id, now=now, result=reply.result)
    return reply


def add_evidence(
    *, finding: Finding, upload: BinaryIO, name: str, size: int, by: User, now: datetime
) -> Evidence:
    """Keep a photo or a paper beside the draft; the same bytes sent again return what is there."""
    permissions.can_repair(by, finding).enforce(
        action="evidence.add", target=finding, region=finding.region_id
    )
    evidence = _read_evidence(upload, name, size)
    with counting():
        locked = _lock_to_repair(finding, by)
        kept = Evidence.objects.kept().filter(finding=locked, reply=None)
        for row in kept:
            if row.received_sha256 == evidence.received_sha256:
                return row
        if len(kept) >= EVIDENCE_PER_DRAFT:
            raise Problem(_("一次最多报送%(n)d份材料，请先删去一份。") % {"n": EVIDENCE_PER_DRAFT}, "files")
        if locked.state == workflow.ACKNOWLEDGED:
            move(locked, "begin", by=by, now=now)
        evidence.finding, evidence.added_by, evidence.added_at = locked, by, now
        evidence.save(force_insert=True)
        record(
            "evidence.add", by=by, target=locked, region=locked.region_id, now=now,
            name=evidence.name, sha256=evidence.sha256,
        )  # fmt: skip
    return evidence


def _read_evidence(upload: BinaryIO, name: str, size: int) -> Evidence:
    """A row with its files, not yet saved; raises `Problem` for what is neither a photo nor a paper."""
    found = check_file(upload, name, size)
    if found is not None:
        digest = hashlib.sha256(found.body).hexdigest()
        row = Evidence(
            kind=Evidence.Kind.FILE, name=found.name, sha256=digest, received_sha256=digest, size=size
        )
        row.file.save(f"{row.id}{found.ending}", ContentFile(found.body), save=False)
        return row
    upload.seek(0)
    prepared = prepare(upload, size)
    row = Evidence(
        kind=Evidence.Kind.PHOTO, name=name[-100:], sha256=prepared.sha256,
        received_sha256=prepared.received_sha256, size=len(prepared.body), taken_at=prepared.taken_at,
    )  # fmt: skip
    row.file.save(f"{row.id}.jpg", ContentFile(prepared.body), save=False)
    row.thumbnail.save(f"{row.id}-small.jpg", ContentFile(prepared.thumbnail), save=False)
    return row


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: User, now: datetime) -> None:
    """Take a piece out of the draft; what was reported stays for ever."""
    locked = _lock_to_repair(evidence.finding, by)
    rows = Evidence.objects.kept().filter(pk=evidence.pk, reply=None)
    if not rows.update(removed_at=now):
        raise Problem(_("这份材料已经报送，不能再删除。"))
    record("evidence.remove", by=by, target=locked, region=locked.region_id, now=now, sha256=evidence.sha256)


@counting()
def report(*, finding: Finding, by: User, now: datetime) -> Reply:
    """Report the draft with its evidence to the county."""
    locked = _lock_to_repair(finding, by)
    reply = Reply.objects.select_for_update().filter(finding=locked, reported_at=None).first()
    if reply is None or not reply.is_whole:
        raise Problem(_("请先填写整改措施和结果，再报送。"))
    evidence = Evidence.objects.kept().filter(finding=locked, reply=None)
    if reply.result == Reply.Result.DONE and not evidence.exists():
        raise Problem(_("已完成的整改请至少附一张整改后的照片或一份材料，再报送。"), "files")
    evidence.update(reply=reply)
    reply.reported_by, reply.reported_at = by, now
    reply.save(update_fields=["reported_by", "reported_at"])
    move(locked, "report", by=by, now=now, reply=reply.pk, result=reply.result)
    tell(
        code=locked.region_id,
        roles=COUNTY,
        kind="reported",
        # A township reports its findings one after another; once a day is enough for the county.
        key=f"reported:{locked.inspection_id}:{timezone.localdate(now)}",
        url=reverse("inspections:inbox"),
        now=now,
        center=locked.center.name,
    )
    return reply


@transaction.atomic
def ask_extension(*, finding: Finding, until: date, reason: str, by: User, now: datetime) -> Request:
    """Ask for more time, before the time is over."""
    locked = lock_finding(finding)
    _enforce(permissions.can_ask_extension(by, locked, timezone.localdate(now)), "request.extension", locked)
    if locked.due_on and until <= locked.due_on:
        raise Problem(_("新的期限应当晚于现在的期限（%(day)s）。") % {"day": day(locked.due_on)}, "until")
    return _ask(locked, Request.Kind.EXTENSION, reason, by, now, until=until)


@transaction.atomic
def object_to(*, finding: Finding, reason: str, by: User, now: datetime) -> Request:
    """Object to what was found, with the grounds."""
    locked = lock_finding(finding)
    _enforce(permissions.can_object(by, locked), "request.objection", locked)
    return _ask(locked, Request.Kind.OBJECTION, reason, by, now)


def _ask(
    finding: Finding, kind: str, reason: str, by: User, now: datetime, until: date | None = None
) -> Request:
    if finding.requests.waiting().filter(kind=kind).exists():
        raise Problem(_("已经提出过，正在等县里答复，不用再提。"))
    request = Request.objects.create(
        finding=finding, kind=kind, reason=reason, until=until, asked_by=by, asked_at=now
    )
    note(
        finding, kind, by=by, now=now, words=reason, request=request.pk,
        until=until and until.isoformat(),
    )  # fmt: skip
    tell(
        code=finding.region_id,
        roles=COUNTY,
        kind="asked",
        key=f"asked:{request.pk}",
        url=page_of(finding),
        now=now,
        center=finding.center.name,
        what=kind,
        finding=short(finding.finding),
    )
    return request


def _lock_to_repair(finding: Finding, by: User) -> Finding:
    locked = lock_finding(finding)
    _enforce(permissions.can_repair(by, locked), "finding.repair", locked)
    return locked


def _enforce(verdict: Verdict, action: str, finding: Finding) -> None:
    verdict.enforce(action=action, target=finding, region=finding.region_id)
