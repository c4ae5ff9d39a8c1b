"""Drafts out of files: what a device could not send, delivered by somebody who can."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import permissions
from ..arrivals import Draft, DraftPhoto, DrawingFirst, Reused, WrongOffset
from ..checklist import checklist_of
from ..merging import Outcome
from ..models import Inspection
from .arriving import announce_photo, receive_piece
from .syncing import Result, sync


@dataclass
class Imported:
    """What came of a draft: answers by outcome, and how many of both were known before.

    `refused` holds why a photo was not taken, by item code.
    """

    person: User
    results: tuple[Result, ...] = ()
    photos: int = 0
    known_photos: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def outcomes(self) -> Counter[Outcome]:
        return Counter(result.outcome for result in self.results if not result.repeated)

    @property
    def known_answers(self) -> int:
        return sum(result.repeated for result in self.results)


def import_draft(*, inspection: Inspection, draft: Draft, by: User, now: datetime) -> Imported:
    """Take in a draft as if its device had sent it; delivered again, it changes nothing.

    The history names whoever made it (`captured_by`) beside whoever brings it (`by`); both must be
    inspectors of this inspection. Answers go in together, photos one by one: what stopped in the middle
    is completed by importing again. Raises `Problem` where the draft does not belong here, `NotAllowed`
    where `by` may not fill the inspection.
    """
    permissions.can_fill(by, inspection).enforce(
        action="draft.import", target=inspection, region=inspection.region_id
    )
    person = _check(inspection, draft, by)
    captured_by = None if person.pk == by.pk else person
    imported = Imported(person)
    if draft.mutations:
        imported.results = sync(
            inspection=inspection, mutations=draft.mutations, cursor=None, device=draft.device,
            by=by, now=now, captured_by=captured_by,
        ).results  # fmt: skip
    for photo in draft.photos:
        _take_in(inspection, photo, by, now, captured_by, imported)
    record(
        "draft.import", by=by, target=inspection, region=inspection.region_id, now=now,
        person=person.username, device=str(draft.device), made=draft.at.isoformat(),
        answers=len(imported.results), known=imported.known_answers, photos=imported.photos,
    )  # fmt: skip
    return imported


def _check(inspection: Inspection, draft: Draft, by: User) -> User:
    """The person who made the draft, if it belongs to this inspection and to one of its inspectors."""
    if draft.inspection != inspection.pk:
        raise Problem(_("这份草稿属于另一次检查。"), "file")
    items = checklist_of(inspection).by_code
    strange = [m.item for m in draft.mutations if m.item not in items]
    strange += [p.announced.item for p in draft.photos if p.announced.item not in items]
    if strange:
        raise Problem(_("草稿里的“%(code)s”不是这次检查的检查项。") % {"code": strange[0]}, "file")
    person = by if draft.person == by.pk else User.objects.filter(pk=draft.person).first()
    if person is None or not permissions.can_fill(person, inspection):
        raise Problem(_("填写这份草稿的人没有分配到这次检查，不能导入。"), "file")
    return person


def _take_in(
    inspection: Inspection,
    photo: DraftPhoto,
    by: User,
    now: datetime,
    captured_by: User | None,
    imported: Imported,
) -> None:
    code = photo.announced.item
    try:
        present = announce_photo(
            inspection=inspection, announced=photo.announced, by=by, now=now, captured_by=captured_by
        )
        if present.done or present.photo.removed_at:
            imported.known_photos += 1
            return
        receive_piece(
            photo=present.photo, offset=present.offset, piece=photo.original[present.offset :], by=by, now=now
        )
    except Reused:
        imported.refused.append((code, _("这张照片的编号已用于另一张照片。")))
    except DrawingFirst:
        imported.refused.append((code, _("这张标注所依据的原照片不在系统里。")))
    except WrongOffset:
        imported.refused.append((code, _("这张照片正在由另一台设备传送，请稍后再导入一次。")))
    except Problem as problem:
        imported.refused.append((code, str(problem.message)))
    else:
        imported.photos += 1
