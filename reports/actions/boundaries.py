"""Takes in and takes out the boundaries that an office loads for its maps."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from organization.audit import record
from organization.models import Region, User
from organization.problems import Problem

from .. import permissions
from ..boundaries import Matched, lacking, match, of_map
from ..geojson import Shape
from ..maps import outlined
from ..models import Boundary
from ..simplifying import simplified

# Characters of a stored path: some ten thousand points.
LONGEST_PATH = 100_000


@dataclass(frozen=True)
class Loaded:
    """Which features went to which regions, and which of the regions below have no boundary yet."""

    matched: Matched
    lacking: list[Region]


def load_boundaries(
    *, region: Region, shapes: Sequence[Shape], source: str, by: User, now: datetime
) -> Loaded:
    """Keep the boundaries of the region and of those below it that the shapes name; others are replaced.

    Raises `Problem`, and changes nothing, where no shape is of a region here or one is too fine to draw.
    """
    permissions.can_load_boundaries(by, region).enforce(
        action="boundary.load", target=region, region=region.code
    )
    matched = match(region, shapes)
    if not matched.rings:
        raise _nothing(matched)
    rows = [
        Boundary(region_id=code, **asdict(outlined(rings)), source=source, loaded_by=by, loaded_at=now)
        for code, rings in simplified(matched.rings).items()
    ]
    if any(len(row.path) > LONGEST_PATH for row in rows):
        raise Problem(_("有的边界过于曲折，请先简化边界。"), "file")
    kept = [field.name for field in Boundary._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        Boundary.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["region"], update_fields=kept
        )
        record(
            "boundary.load", by=by, target=region, region=region.code, now=now,
            count=len(rows), source=source, missing=len(matched.left),
        )  # fmt: skip
    return Loaded(matched, lacking(region))


def _nothing(matched: Matched) -> Problem:
    if matched.shapeless:
        words = _("文件里有本地区或下级地区的代码或名称，但没有它们的边界图形，没有载入任何边界。")
    else:
        words = _("文件里没有一个地区的代码或名称与本地区或下级地区相同，没有载入任何边界。")
    return Problem(words, "file")


@transaction.atomic
def remove_boundaries(*, region: Region, by: User, now: datetime) -> int:
    """Take out what the map of the region is drawn from; return how many boundaries that were."""
    permissions.can_load_boundaries(by, region).enforce(
        action="boundary.remove", target=region, region=region.code
    )
    count, _kinds = Boundary.objects.filter(of_map(region)).delete()
    if count:
        record("boundary.remove", by=by, target=region, region=region.code, now=now, count=count)
    return count
