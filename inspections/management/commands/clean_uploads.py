"""`manage.py clean_uploads`: pieces of photos that nothing needs any more; unfinished ones are left alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.actions import UPLOADS
from inspections.models import Photo, PhotoChunk


class Command(BaseCommand):
    help = (
        "List (with --delete: remove) pieces of photos that have arrived, were taken out, or belong to none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true")
        parser.add_argument("--hours", type=int, default=24, help="leave alone what is younger (default: 24)")

    def handle(self, *, delete: bool, hours: int, **options: Any) -> None:
        count = 0
        for name in left_over(timezone.now() - timedelta(hours=hours)):
            count += 1
            self.stdout.write(name)
            if delete:
                PhotoChunk.objects.filter(file=name).delete()
                default_storage.delete(name)
        told = _("删除了%(n)d个文件。") if delete else _("有%(n)d个文件可以删除；加 --delete 删除。")
        self.stdout.write(told % {"n": count})


def left_over(before: datetime) -> Iterator[str]:
    """Names of stored pieces from before a moment that no upload on its way needs."""
    if not default_storage.exists(UPLOADS):
        return
    for folder in default_storage.listdir(UPLOADS)[0]:
        needed = set(PhotoChunk.objects.filter(photo__in=_on_the_way(folder)).values_list("file", flat=True))
        for file in default_storage.listdir(f"{UPLOADS}/{folder}")[1]:
            name = f"{UPLOADS}/{folder}/{file}"
            if name not in needed and default_storage.get_modified_time(name) < before:
                yield name


def _on_the_way(folder: str) -> Any:
    try:
        return Photo.objects.on_the_way().filter(pk=UUID(folder))
    except ValueError:
        return Photo.objects.none()
