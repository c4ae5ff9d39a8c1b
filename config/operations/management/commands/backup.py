"""`manage.py backup`: database, files and keys in one encrypted file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.operations.backup.faults import TROUBLE
from config.operations.backup.writing import remove_old, write_backup


class Command(BaseCommand):
    help = "Write database, files and keys into one encrypted file, read it back, and keep the newest few."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, metavar="FOLDER")
        parser.add_argument(
            "--recipient", action="append", metavar="age1…", help="default: PORTAL_BACKUP_RECIPIENTS"
        )
        parser.add_argument("--keep", type=int, default=settings.BACKUP_KEEP, metavar="N", help="0 keeps all")

    def handle(self, *, to: Path, recipient: list[str] | None, keep: int, **options: Any) -> None:
        try:
            made = write_backup(to, recipient or settings.BACKUP_RECIPIENTS, timezone.now())
        except TROUBLE as fault:
            raise CommandError(f"备份没有完成 / No backup was made: {fault}") from None
        for name in made.vanished:
            self.stderr.write(f"备份期间被删去 / removed meanwhile: {name}")
        self.stdout.write(
            f"{made.path}\n{made.size} 字节 / bytes, {made.rows} 行 / rows, {made.files} 个文件 / files\n"
            f"SHA-256 {made.sha256}"
        )
        for path in remove_old(to, keep):
            self.stdout.write(f"已删除旧备份 / removed: {path.name}")
