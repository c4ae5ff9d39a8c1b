"""Build the faces of official documents."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports import fonts
from reports.font_sources import FontSourceMissing


class Command(BaseCommand):
    help = "生成公文所用的字体；已经生成的不再重做。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="即使已经生成也重做")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            faces = fonts.build(say=self._say, force=options["force"])
        except FontSourceMissing as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - started
        self._say(f"公文字体 {len(faces)} 种，用时 {seconds:.1f} 秒")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
