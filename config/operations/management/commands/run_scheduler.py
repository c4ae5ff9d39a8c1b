"""Run the regular commands at their times, where no systemd does it: in containers."""

import json
import logging
import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from config.operations.schedule import Rule, read_rules

logger = logging.getLogger("portal.schedule")
LOOK = 10  # seconds between two looks at the clock


class Command(BaseCommand):
    """Each command runs in a process of its own, and never twice at once; when it began is kept in a file,
    so that a machine that was off makes up for it."""

    help = "按时执行各管理命令（备份、锚定、核对、提醒等），供没有 systemd 的容器使用。"

    def add_arguments(self, parser: CommandParser) -> None:
        timers = Path(settings.BASE_DIR, "deploy", "systemd")
        parser.add_argument("--timers", type=Path, default=timers, help="folder with *.timer files")

    def handle(self, *args: Any, timers: Path, **options: Any) -> None:
        scheduler = Scheduler(read_rules(timers), Path(settings.VAR_DIR, "schedule.json"))
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        while not stop.wait(0 if not scheduler.looked else LOOK):
            scheduler.look(timezone.localtime())
        scheduler.end()


class Scheduler:
    """The commands under way, and when each was last begun."""

    def __init__(self, rules: list[Rule], memory: Path) -> None:
        self.rules, self.memory = rules, memory
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.looked = False

    def look(self, now: datetime) -> list[str]:
        """Begin what is due and not under way; returns the names."""
        self.looked = True
        self._reap()
        known = json.loads(self.memory.read_text()) if self.memory.exists() else {}
        begun = {name: datetime.fromisoformat(at) for name, at in known.items()}
        due = [rule for rule in self.rules if rule.command not in self.running]
        due = [rule for rule in due if rule.is_due(begun.get(rule.command), now)]
        for rule in self.rules:
            begun.setdefault(rule.command, now)
        # Written before they begin: a command that takes the machine down is not begun again and again.
        self._remember(begun | {rule.command: now for rule in due})
        for rule in due:
            command = [sys.executable, "manage.py", rule.command]
            self.running[rule.command] = subprocess.Popen(command, cwd=settings.BASE_DIR)
        return [rule.command for rule in due]

    def _reap(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is None:
                continue
            del self.running[name]
            if process.returncode:
                logger.error("%s ended with %s", name, process.returncode)

    def _remember(self, begun: dict[str, datetime]) -> None:
        part = self.memory.with_name(self.memory.name + ".part")
        part.write_text(json.dumps({name: at.isoformat() for name, at in begun.items()}))
        part.replace(self.memory)

    def end(self) -> None:
        """Stop what is under way: each command may be stopped at any moment without harm."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait()
