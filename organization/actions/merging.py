"""Many centers moved together, as when townships are merged or a list of codes is replaced."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..counting import counting
from ..models import Region, ServiceCenter
from ..problems import Problem
from .centers import close_center, move_center


@counting()
def move_centers(*, moves: Sequence[tuple[str, str]], now: datetime | None = None) -> tuple[int, int]:
    """Move the center in use at each old code to the new one; all of them or none (`Problem`).

    Where the new place has a center in use already, the old one closes instead: so two townships become
    one. Returns how many moved and how many closed. For the server's command line: nobody asks for it.
    """
    now = now or timezone.now()
    moved = closed = 0
    regions = Region.objects.in_bulk([code for pair in moves for code in pair])
    for old, new in moves:
        for code in (old, new):
            if code not in regions:
                raise Problem(_("区划代码%(code)s不在系统里，请先导入新的区划。") % {"code": code})
        center = ServiceCenter.objects.open().filter(region_id=old).first()
        if center is None:
            raise Problem(_("区划代码%(code)s没有正在使用的中心。") % {"code": old})
        if ServiceCenter.objects.open().filter(region_id=new).exclude(pk=center.pk).exists():
            close_center(center=center, on=timezone.localdate(now), now=now)
            closed += 1
        else:
            move_center(center=center, region=regions[new], by=None, now=now)
            moved += 1
    return moved, closed
