"""`manage.py remove_expired`: what no longer serves a purpose, every night."""

from datetime import timedelta
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.actions import remove_old_messages
from inspections.management.commands.clean_uploads import left_over
from organization.actions import disable_stale_accounts, remove_expired_accounts
from organization.audit import record


class Command(BaseCommand):
    help = (
        "Remove old messages, ended log-ins, left-over uploads, and what disabled accounts keep of their own."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and leave it")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        uploads_before = now - timedelta(days=settings.RETAIN_UPLOAD_DAYS)
        ended = Session.objects.filter(expire_date__lt=now).count()
        counts = {
            "disabled": disable_stale_accounts(now=now, dry_run=dry_run),
            "messages": remove_old_messages(now=now, dry_run=dry_run),
            "accounts": remove_expired_accounts(now=now, dry_run=dry_run),
            "sessions": ended,
            "uploads": len(list(left_over(uploads_before))),
        }
        if not dry_run:
            call_command("clearsessions")
            hours = settings.RETAIN_UPLOAD_DAYS * 24
            call_command("clean_uploads", delete=True, hours=hours, stdout=StringIO())
            if any(counts.values()):
                record("data.expire", by=None, target="", now=now, **counts)
        words = _("将删除") if dry_run else _("已删除")
        told = _(
            "%(words)s：消息%(messages)d条，停用账号的内容%(accounts)d条，结束的登录%(sessions)d个，"
            "上传残留%(uploads)d个；长期不用而停用的账号%(disabled)d个。"
        )
        self.stdout.write(told % {"words": words, **counts})
