"""When the regular commands are due; the times stand in the systemd timers alone and are read from there."""

import configparser
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

CALENDAR = re.compile(r"\*-\*-(?P<day>\*|\d\d) (?P<at>\d\d:\d\d):00")
EVERY = re.compile(r"(?P<minutes>\d+)min")
UNIT = re.compile(r"portal-command@(?P<command>\w+)\.service")


@dataclass(frozen=True)
class Rule:
    """One command: `every` so often, or `at` a time of each day, or of one `day` of the month."""

    command: str
    every: timedelta | None = None
    at: time = time(0)
    day: int | None = None

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        """Say whether its time has come since it was last begun; what was missed is made up for once.

        Without a `last` only what goes on all day is due: a new installation has nothing to make up for.
        """
        if self.every is not None:
            return last is None or now - last >= self.every
        return last is not None and last < self.latest(now) <= now

    def latest(self, now: datetime) -> datetime:
        """Return the last moment up to `now` for which the command is set."""
        moment = datetime.combine(now.date(), self.at, now.tzinfo)
        while moment > now or (self.day is not None and moment.day != self.day):
            moment -= timedelta(days=1)
        return moment


def read_rules(folder: Path) -> list[Rule]:
    """Read every timer of a folder; raises `ValueError` naming the file with a time of another form."""
    return [_read(path) for path in sorted(folder.glob("*.timer"))]


def _read(path: Path) -> Rule:
    timer = configparser.ConfigParser(strict=False, interpolation=None)
    timer.read(path)
    section = timer["Timer"]
    unit = UNIT.fullmatch(section["Unit"])
    calendar = CALENDAR.fullmatch(section.get("OnCalendar", ""))
    every = EVERY.fullmatch(section.get("OnUnitActiveSec", ""))
    if unit and calendar:
        day = None if calendar["day"] == "*" else int(calendar["day"])
        return Rule(unit["command"], at=time.fromisoformat(calendar["at"]), day=day)
    if unit and every:
        return Rule(unit["command"], every=timedelta(minutes=int(every["minutes"])))
    raise ValueError(f"{path}: neither OnCalendar=*-*-* HH:MM:00 nor OnUnitActiveSec=Nmin")
