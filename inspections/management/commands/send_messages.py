"""`manage.py send_messages`: reminders of the day, then mail and webhook; run it every few minutes."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections import actions
from inspections.sending import post_webhook, send_mail


class Command(BaseCommand):
    help = "Tell of deadlines that are near or over (each once), and send what waits by e-mail and webhook."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        alerts = actions.remind(today=timezone.localdate(now), now=now)
        counts = {"alerts": alerts, "mails": send_mail(now=now), "posts": post_webhook(now=now)}
        self.stdout.write(
            _("提醒中的问题 %(alerts)d 个；发出邮件 %(mails)d 封；推送消息 %(posts)d 条。") % counts
        )
