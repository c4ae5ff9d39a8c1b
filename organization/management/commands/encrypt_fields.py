"""`manage.py encrypt_fields`: after an upgrade or a change of keys; harmless at any time."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from organization.actions import encrypt_rows


class Command(BaseCommand):
    help = "Encrypt telephone numbers and TOTP secrets under the first of PORTAL_FIELD_KEYS."

    def handle(self, **options: Any) -> None:
        self.stdout.write(_("已用最新的密钥加密%(count)d个值。") % {"count": encrypt_rows()})
