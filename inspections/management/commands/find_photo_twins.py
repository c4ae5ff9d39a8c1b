"""`manage.py find_photo_twins`: notes the likeness of photos that have none yet, oldest first."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from inspections.actions import note_likeness
from inspections.models import Photo


class Command(BaseCommand):
    help = "Note what stored photos look like, and which of them look the same. Can be run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = Photo.objects.kept().filter(print=None).exclude(arrived_at=None)
        keys = list(waiting.order_by("added_at", "pk").values_list("pk", flat=True))
        noted = twins = 0
        for key in keys:
            photo = Photo.objects.get(pk=key)
            try:
                with photo.thumbnail.open() as file:
                    picture = file.read()
            except FileNotFoundError:
                self.stderr.write(_("照片 %(key)s 的文件不在了，已跳过。") % {"key": key})
                continue
            with transaction.atomic():
                twins += note_likeness(photo, picture)
            noted += 1
        self.stdout.write(
            _("已比对 %(noted)d 张照片，找到相似的 %(twins)d 对。") % {"noted": noted, "twins": twins}
        )
