"""`manage.py restore`: a backup into an empty database and empty folders, or only its check."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operations.backup import reading
from config.operations.backup.faults import TROUBLE
from config.operations.backup.streams import read_identity


class Command(BaseCommand):
    help = "Restore a backup into an empty database and empty folders. --check only reads and compares it."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--identity", type=Path, required=True, metavar="FILE", help="the secret key")
        parser.add_argument("--check", action="store_true")

    def handle(self, *, archive: Path, identity: Path, check: bool, **options: Any) -> None:
        try:
            key = read_identity(identity.read_text())
            held = reading.check(archive, key) if check else reading.restore(archive, key)
        except TROUBLE as fault:
            done = "备份不可用 / The backup cannot be used" if check else "没有恢复 / Not restored"
            raise CommandError(f"{done}: {fault}") from None
        rows, tables = sum(held.rows.values()), len(held.rows)
        said = "完好 / whole" if check else "已恢复，行数逐表相符 / restored, every table's rows agree"
        self.stdout.write(
            f"{said}: {held.about['made_at']}, {held.about['database']}, "
            f"{tables} 张表 / tables, {rows} 行 / rows, {held.files} 个文件 / files"
        )
