"""Whether the trail is as it was written: every row, its place, its end, and the signed anchors."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.utils.translation import gettext as _

from . import anchors
from .chain import BEGINNING, digest
from .freezing import GUARD
from .models import AuditCut, AuditEntry
from .sealing import content_of

CHUNK = 2000


@dataclass
class Findings:
    """What a run looked at, and each fault as a sentence that names the place."""

    faults: list[str] = field(default_factory=list)
    rows: int = 0
    anchors: int = 0
    waiting: int = 0
    head: tuple[int, str] = (0, BEGINNING)


def verify(key: Ed25519PublicKey) -> Findings:
    """Read the whole trail and every anchor; writes nothing."""
    found = Findings()
    found.faults += [
        _("触发器 %(name)s 不在或已停用。") % {"name": name} for name in GUARD.missing(connection)
    ]
    attested = _anchors(key, found)
    start = _cuts(attested, found)
    _rows(start, attested, found)
    found.faults += _beyond(attested, found.head[0])
    found.waiting = AuditEntry.objects.filter(position=None).count()
    return found


def _anchors(key: Ed25519PublicKey, found: Findings) -> list[anchors.Anchor]:
    good = []
    for path, said, wrong in anchors.read_all(key):
        found.anchors += 1
        if wrong:
            found.faults.append(_("锚定文件 %(name)s：%(why)s") % {"name": path.name, "why": wrong})
        if said is not None:
            good.append(said)
    return good


def _cuts(attested: list[anchors.Anchor], found: Findings) -> tuple[int, str]:
    """Return where the kept rows begin; every cut must stand in a signed anchor."""
    signed = {anchor.cut for anchor in attested}
    start = (0, BEGINNING)
    for cut in AuditCut.objects.order_by("position"):
        start = (cut.position, cut.digest)
        if start not in signed:
            found.faults.append(
                _("序号%(position)d及以前的记录已删除，但没有签名的锚定文件证明这次清理。")
                % {"position": cut.position}
            )
    return start


def _rows(start: tuple[int, str], attested: list[anchors.Anchor], found: Findings) -> None:
    expected: dict[int, list[anchors.Anchor]] = {}
    for anchor in attested:
        expected.setdefault(anchor.position, []).append(anchor)
    position, previous = start
    _compare(expected.get(position, []), previous, found)
    rows = AuditEntry.objects.filter(position__gt=position).order_by("position")
    for entry in rows.iterator(chunk_size=CHUNK):
        found.rows += 1
        if entry.position != position + 1:
            found.faults.append(_gap(position + 1, entry.position - 1))
        elif not _is_sealed(entry, previous):
            found.faults.append(_changed(entry))
        position, previous = entry.position, entry.digest
        _compare(expected.get(position, []), previous, found)
    found.head = (position, previous)


def _is_sealed(entry: AuditEntry, previous: str) -> bool:
    algorithm = entry.digest.partition(":")[0]
    try:
        return entry.digest == digest(algorithm, previous, entry.position, content_of(entry))
    except ValueError:
        return False


def _changed(entry: AuditEntry) -> str:
    return _("序号%(position)d（编号%(pk)d，%(at)s）的内容或位置与封存时不符。") % {
        "position": entry.position,
        "pk": entry.pk,
        "at": f"{entry.at:%F %T %Z}",
    }


def _gap(first: int, last: int) -> str:
    return _("序号%(first)d至%(last)d的记录缺失，共%(count)d条。") % {
        "first": first,
        "last": last,
        "count": last - first + 1,
    }


def _compare(said: list[anchors.Anchor], stands: str, found: Findings) -> None:
    found.faults += [
        _("锚定文件 %(name)s 在序号%(position)d记下的摘要与现在的不同，此前的记录被重算过。")
        % {"name": anchor.name, "position": anchor.position}
        for anchor in said
        if anchor.digest != stands
    ]


def _beyond(attested: list[anchors.Anchor], end: int) -> Iterator[str]:
    """Anchors that reach further than the trail: its end was cut off."""
    for anchor in attested:
        if anchor.position > end:
            yield _("记录到序号%(end)d为止，但锚定文件 %(name)s 证明曾到序号%(position)d：末尾被截掉了。") % {
                "end": end,
                "name": anchor.name,
                "position": anchor.position,
            }
