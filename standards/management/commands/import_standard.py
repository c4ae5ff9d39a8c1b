"""`manage.py import_standard FILE`: takes in a standard and publishes it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from organization.problems import Problem
from standards.actions import import_standard
from standards.faults import Faults
from standards.models import Edition
from standards.reading import read_standard
from standards.wording import lines


class Command(BaseCommand):
    """Exit with 1 and one line a fault on stderr where the file is bad; then nothing is changed."""

    help = "Load a standard from its YAML file and publish it; loading the same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+")
        parser.add_argument("--draft", action="store_true", help="load it without publishing it")
        parser.add_argument(
            "--if-absent", action="store_true", help="leave an edition that is there as it is, a draft too"
        )

    def handle(
        self, *args: Any, files: list[str], draft: bool, if_absent: bool = False, **options: Any
    ) -> None:
        for file in files:
            self._load(file, draft=draft, if_absent=if_absent)

    def _load(self, file: str, *, draft: bool, if_absent: bool) -> None:
        try:
            data = read_standard(file)
            there = Edition.objects.filter(standard=data.standard, edition=data.edition)
            if if_absent and there.exists():
                return
            known = there.published().exists()
            edition = import_standard(data, publish=not draft)
        except Faults as found:
            for line in lines(Faults(found.faults, file)):
                self.stderr.write(line)
            raise SystemExit(1) from None
        except Problem as problem:
            raise CommandError(str(problem.message)) from None
        self.stdout.write(
            _message(known, edition.is_published) % {"edition": edition, "count": len(data.items())}
        )


def _message(known: bool, published: bool) -> str:
    if known:
        return _("%(edition)s 早已发布，内容相同，没有改动。")
    if published:
        return _("已导入并发布 %(edition)s，共%(count)s个检查项。")
    return _("已导入 %(edition)s，共%(count)s个检查项，尚未发布。")
