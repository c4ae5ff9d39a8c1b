"""Every write of the standards app: taking in, copying, changing and publishing an edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .content import (
    ItemData,
    StandardData,
    measure_to_plain,
    rectify_to_plain,
    to_plain,
    with_efforts,
)
from .drafting import Posted, copy_as_draft, relabel, revise
from .editions import efforts_of, load_edition, predecessor, to_json
from .faults import Faults, Node
from .models import Clause, Edition, Effort, Item, Section
from .permissions import can_estimate, can_manage_standards, can_revise
from .succession import check_succession


@transaction.atomic
def import_standard(
    data: StandardData, *, by: User | None = None, publish: bool = True, now: datetime | None = None
) -> Edition:
    """Take in a standard as an edition, and publish it unless told otherwise.

    Only the command line calls this, without a person (`by=None`). The same content again
    changes nothing; a draft takes on the new content. Raises `Problem` where the edition is
    published with other content, for what is published never changes, and `Faults` where the links
    to the edition before it do not fit. Writes an audit row for each change.
    """
    now = now or timezone.now()
    _check_predecessor(data)
    edition, is_new = Edition.objects.select_for_update().get_or_create(
        standard=data.standard, edition=data.edition, defaults=_head(data)
    )
    is_same = not is_new and load_edition(edition.pk) == data
    if edition.is_published:
        if is_same:
            _estimate(edition, data, now)
        else:
            raise Problem(
                _(
                    "标准 %(standard)s 的 %(edition)s 版已经发布，内容不能再改。"
                    "如果标准有变化，请把文件中的 edition 改为新的版次后再导入。"
                )
                % {"standard": data.standard, "edition": data.edition}
            )
        return edition
    if not is_same:
        _write(edition, data, is_new=is_new)
        record(
            "standard.import", by=by, target=edition, now=now, standard=str(edition), items=len(data.items())
        )
    _estimate(edition, data, now)
    if publish:
        edition.published_at, edition.published_by = now, by
        edition.save(update_fields=["published_at", "published_by"])
        record("standard.publish", by=by, target=edition, now=now, standard=str(edition))
    return edition


def _estimate(edition: Edition, data: StandardData, now: datetime) -> None:
    """Take in the file's estimates of effort; those that somebody has set here stay."""
    told = {item.code: item.effort for item in data.items() if item.effort}
    missing = edition.items.filter(code__in=told, effort=None)
    Effort.objects.bulk_create(
        Effort(item=item, size=told[item.code], changed_by=None, changed_at=now) for item in missing
    )


@transaction.atomic
def set_efforts(*, edition: Edition, sizes: Mapping[str, str], by: User, now: datetime) -> int:
    """Set what the repairs of an edition's items take, by code; returns how many estimates changed.

    Counts for the inspections submitted from now on: what was submitted keeps what it was told.
    """
    can_estimate(by).enforce(action="standard.estimate", target=edition)
    items = {item.code: item for item in edition.items.select_related("effort")}
    changed = {
        code: size
        for code, size in sizes.items()
        if code in items and size != (items[code].effort.size if hasattr(items[code], "effort") else "")
    }
    for code, size in changed.items():
        Effort.objects.update_or_create(
            item=items[code], defaults={"size": size, "changed_by": by, "changed_at": now}
        )
    if changed:
        record(
            "standard.estimate", by=by, target=edition, region=by.home_code, now=now,
            standard=str(edition), changed=changed,
        )  # fmt: skip
    return len(changed)


@transaction.atomic
def copy_edition(*, edition: Edition, by: User, now: datetime) -> Edition:
    """Begin a draft with an edition's content and estimates, linked to it item by item."""
    can_manage_standards(by).enforce(action="standard.copy", target=edition)
    # Held, so that two who copy at once do not choose the same name.
    Edition.objects.select_for_update().filter(pk=edition.pk).first()
    taken = set(Edition.objects.filter(standard=edition.standard).values_list("edition", flat=True))
    name = next(name for n in count(1) if (name := f"{edition.edition[:10]}-draft{n}") not in taken)
    data = copy_as_draft(load_edition(edition.pk), name, keep_links=not edition.is_published)
    draft = Edition.objects.create(standard=data.standard, edition=data.edition, **_head(data))
    _write(draft, data, is_new=True)
    _estimate(draft, with_efforts(data, efforts_of(edition.pk)), now)
    record(
        "standard.copy", by=by, target=draft, region=by.home_code, now=now, standard=str(draft),
    )  # fmt: skip
    return draft


@transaction.atomic
def revise_draft(*, edition: Edition, posted: Posted, by: User, now: datetime) -> list[str]:
    """Change a draft's points, limits, veto items and grades; returns the codes of the items that changed.

    Raises `Faults` where a number is none or does not fit, `NotAllowed` for a published edition.
    """
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    can_revise(by, locked).enforce(action="standard.revise", target=locked)
    before, efforts = load_edition(locked.pk), efforts_of(locked.pk)
    data = revise(before, posted)
    if old := predecessor(locked):
        data = relabel(data, load_edition(old.pk))
    changed = [item.code for item in data.items() if item != before.item(item.code).item]
    if data != before:
        _write(locked, data, is_new=False)
        _estimate(locked, with_efforts(data, efforts), now)
        record(
            "standard.revise", by=by, target=locked, region=by.home_code, now=now,
            standard=str(locked), changed=changed,
        )  # fmt: skip
    return changed


@transaction.atomic
def publish_draft(*, edition: Edition, by: User, now: datetime) -> Edition:
    """Publish a draft as it stands, from which moment the database refuses every change of it."""
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    can_revise(by, locked).enforce(action="standard.publish", target=locked)
    _check_predecessor(load_edition(locked.pk))
    locked.published_at, locked.published_by = now, by
    locked.save(update_fields=["published_at", "published_by"])
    record("standard.publish", by=by, target=locked, region=by.home_code, now=now, standard=str(locked))
    return locked


@transaction.atomic
def discard_draft(*, edition: Edition, by: User, now: datetime) -> None:
    """Remove a draft, with what was tried out with it."""
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    can_revise(by, locked).enforce(action="standard.discard", target=locked)
    record("standard.discard", by=by, target=locked, region=by.home_code, now=now, standard=str(locked))
    locked.delete()


def _head(data: StandardData) -> dict[str, object]:
    return {
        "title": data.title,
        "document_number": data.document_number,
        "issued_on": data.issued_on,
        "notes": list(data.notes),
        "policy": to_json(to_plain(data)["policy"]),
        "summary": data.summary,
        "replaces": to_plain(data).get("replaces"),
    }


def _check_predecessor(data: StandardData) -> None:
    """Raise `Faults` where the edition that this one follows is not here, or the links do not fit it."""
    link = data.replaces
    if link is None:
        return
    node = Node(link.edition, "replaces.edition", [])
    if (link.standard, link.edition) == (data.standard, data.edition):
        node.fault("edition_itself")
        raise Faults(node.faults)
    row = Edition.objects.filter(standard=link.standard, edition=link.edition).first()
    if row is None:
        known = "、".join(f"{e.standard} {e.edition}" for e in Edition.objects.all()) or _("没有")
        node.fault("edition_known", known=known)
        raise Faults(node.faults)
    if faults := check_succession(data, load_edition(row.pk)):
        raise Faults(faults)


def _write(edition: Edition, data: StandardData, *, is_new: bool) -> None:
    if not is_new:
        edition.items.all().delete()
        edition.sections.all().delete()
        for name, value in _head(data).items():
            setattr(edition, name, value)
        edition.save()
    sections = Section.objects.bulk_create(
        Section(edition=edition, code=section.code, title=section.title, position=position)
        for position, section in enumerate(data.sections, start=1)
    )
    pairs = [(row, clause) for row, s in zip(sections, data.sections, strict=True) for clause in s.clauses]
    clauses = Clause.objects.bulk_create(
        Clause(section=row, code=c.code, heading=c.heading, text=c.text, position=position)
        for position, (row, c) in enumerate(pairs, start=1)
    )
    homes = [(row, i) for row, (_row, c) in zip(clauses, pairs, strict=True) for i in c.items]
    Item.objects.bulk_create(
        _item_row(edition, clause, item, position) for position, (clause, item) in enumerate(homes, start=1)
    )


def _item_row(edition: Edition, clause: Clause, item: ItemData, position: int) -> Item:
    return Item(
        edition=edition,
        clause=clause,
        code=item.code,
        title=item.title,
        for_township="township" in item.applies_to,
        for_village="village" in item.applies_to,
        points=item.points,
        veto=item.veto,
        na_allowed=item.na_allowed,
        measure=to_json(measure_to_plain(item.measure)),
        methods=list(item.methods),
        rectify=rectify_to_plain(item.rectify),
        finding=item.finding,
        requirement=item.requirement,
        hint=item.hint,
        position=position,
    )
