"""`manage.py verify_audit`: whether the trail is as it was written."""

import binascii
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from organization import anchors
from organization.verification import verify

SHOWN = 100


class Command(BaseCommand):
    help = "Check every row of the audit trail, its order and end, and the signed anchors. Exit 1 on a fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--public-key",
            default="",
            metavar="BASE64",
            help="the key as anchor_audit printed it; without it, that of this server",
        )

    def handle(self, *, public_key: str, **options: Any) -> None:
        try:
            key = anchors.public_key(public_key)
        except (ValueError, binascii.Error):
            raise CommandError(_("--public-key 不是有效的公钥，请照抄 anchor_audit 打印的一行。")) from None
        found = verify(key)
        for fault in found.faults[:SHOWN]:
            self.stdout.write(fault)
        if len(found.faults) > SHOWN:
            self.stdout.write(_("……共%(count)d处。") % {"count": len(found.faults)})
        said = {"rows": found.rows, "anchors": found.anchors, "waiting": found.waiting}
        summary = _("核对%(rows)d条记录、%(anchors)d个锚定文件；%(waiting)d条等待封存。") % said
        if found.faults:
            faulty = _("发现%(count)d处问题。") % {"count": len(found.faults)}
            raise CommandError(summary + faulty)
        self.stdout.write(summary + _("没有发现改动、缺失、调换或截断。"))
