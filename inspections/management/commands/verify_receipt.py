"""`manage.py verify_receipt FILE`: did this portal sign the receipt, and does it still hold what it says."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from inspections import receipts
from inspections.holdings import damaged_photos, held_of, signing_key, still_in_the_log
from inspections.models import Inspection


class Command(BaseCommand):
    """Exit with 0 where the receipt is ours and everything in it is as it was, else with 1."""

    help = "Say whether this portal signed a receipt, and name what it holds otherwise today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            receipt = receipts.read(file.read_bytes())
        except OSError as error:
            raise CommandError(_("读不到文件：%(reason)s") % {"reason": error.strerror}) from error
        except receipts.NoReceipt as error:
            raise CommandError(_("这个文件不是回执：%(reason)s") % {"reason": error}) from error
        if not receipts.is_signed(receipt, signing_key()):
            raise CommandError(_("签名不符：这份回执不是本系统签发的，或者内容被改动过。"))
        self.stdout.write(_("签名正确：本系统于%(time)s签发。") % {"time": receipt["made_at"]})
        found = [*self._differences(receipt, self._inspection(receipt))]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(_("有%(n)d处与回执不一致。") % {"n": len(found)})
        counts = {"answers": len(receipt["answers"]), "photos": len(receipt["photos"])}
        self.stdout.write(_("与回执一致：%(answers)d个答案，%(photos)d张照片。") % counts)

    def _inspection(self, receipt: dict[str, Any]) -> Inspection:
        found = Inspection.objects.filter(pk=UUID(receipt["inspection"]["id"]))
        inspection = found.select_related("center", "round").first()
        if inspection is None:
            raise CommandError(_("系统里已经没有这次检查：%(id)s") % {"id": receipt["inspection"]["id"]})
        return inspection

    def _differences(self, receipt: dict[str, Any], inspection: Inspection) -> list[str]:
        lines = []
        for one in receipts.differences(receipt, held_of(inspection)):
            place = f"{one.place} {one.name}".strip()
            line = _("%(place)s：回执上是 %(then)s，现在是 %(now)s") % {
                "place": place,
                "then": one.then,
                "now": _("没有") if one.now is None else one.now,
            }
            if one.place.startswith("answers") and still_in_the_log(receipt, one.place.partition(" ")[2]):
                line += _("（后来改过，原来的内容仍在记录里）")
            lines.append(line)
        told = {row["id"] for row in receipt["photos"]}
        lines += [
            _("photos %(id)s：存储的文件不在或已损坏") % {"id": pk}
            for pk in damaged_photos(inspection)
            if pk in told
        ]
        return lines
