"""`manage.py move_centers FILE`: moves centers, as when townships are merged or codes change."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from organization.actions import move_centers
from organization.codes import CODE_LENGTH
from organization.problems import Problem


class Command(BaseCommand):
    """All lines or none: each has a division code and the code of the place that its center moves to."""

    help = "Move centers as a CSV file says: old code, new code. Load the list of the new codes first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                rows = [[cell.strip() for cell in row] for row in csv.reader(lines) if any(row)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(_("读不到文件：%(reason)s") % {"reason": error}) from error
        for number, row in enumerate(rows, start=1):
            if len(row) != 2 or not all(_is_code(cell) for cell in row):
                raise CommandError(
                    _("第%(n)d行应当是两个12位区划代码（原代码,新代码），现在是：%(row)s")
                    % {"n": number, "row": ",".join(row)}
                )
        try:
            moved, closed = move_centers(moves=[(old, new) for old, new in rows])
        except Problem as problem:
            raise CommandError(str(problem.message)) from problem
        self.stdout.write(
            _("迁移了%(moved)d个中心；%(closed)d个因新地方已有中心而停用。")
            % {"moved": moved, "closed": closed}
        )


def _is_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit()
