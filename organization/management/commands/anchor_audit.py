"""`manage.py anchor_audit`: the signed file of where the trail stands, once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from organization import anchors
from organization.actions import anchor_trail


class Command(BaseCommand):
    help = "Seal the audit trail's last rows and write a signed file that says where it stands; run daily."

    def handle(self, **options: Any) -> None:
        path = anchor_trail()
        said = anchors.read(path, anchors.public_key())
        self.stdout.write(_("已锚定到序号%(position)d：%(path)s") % {"position": said.position, "path": path})
        self.stdout.write(_("公钥：%(key)s") % {"key": anchors.public_text(anchors.public_key())})
