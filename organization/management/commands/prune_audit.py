"""`manage.py prune_audit`: removes what the trail need not keep any longer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from organization.actions import prune_trail


class Command(BaseCommand):
    help = "Remove rows of the audit trail older than PORTAL_AUDIT_KEEP_DAYS, leaving a signed anchor."

    def handle(self, **options: Any) -> None:
        self.stdout.write(_("已清理%(count)d条到期的记录。") % {"count": prune_trail()})
