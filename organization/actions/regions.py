"""Loads lists of division codes: regions, and the centers that belong in them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from ..audit import record
from ..codes import CODE_LENGTH, DIGITS, Level, above, level_of
from ..division_lists import EMPTY, NO_PARENT, RENAMED, REPEATED, Fault, Row, center_name, read
from ..models import Region, ServiceCenter, User

BATCH = 2000
PROGRESS = 50_000
KINDS = {Level.TOWNSHIP: ServiceCenter.Kind.TOWNSHIP, Level.VILLAGE: ServiceCenter.Kind.VILLAGE}


class BadLists(Exception):
    """The lists cannot be loaded; `faults` says where and why, in the order of reading."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass
class Loaded:
    """What a run has done, in rows; all 0 but `read` where the lists held nothing new."""

    read: int = 0
    regions: int = 0
    renamed: int = 0
    centers: int = 0
    centers_renamed: int = 0


@dataclass(frozen=True)
class Choice:
    """Which part of the lists to load, and how."""

    county: str = ""
    centers: bool = True
    demonstration: bool = False

    def takes(self, code: str) -> bool:
        """Say whether a code lies in the chosen county, or above it."""
        if not self.county:
            return True
        level = level_of(code) or Level.NATION
        return code.startswith(self.county) or self.county.startswith(code[: DIGITS[level]])


@transaction.atomic
def import_regions(
    *,
    files: Iterable[Path],
    by: User | None,
    choice: Choice | None = None,
    progress: Callable[[int], None] = lambda rows: None,
    now: datetime | None = None,
) -> Loaded:
    """Load the lists, in whatever order the files are given; all of them, or nothing (`BadLists`).

    A code that is known keeps its row: a changed name is taken over, also into the center's name
    where that still follows from the old one. Nothing is ever removed. `progress` is told the
    number of rows handled, now and then.
    """
    loading = _Loading(list(files), choice or Choice(), progress)
    loading.run()
    if loading.faults:
        raise BadLists(loading.faults)
    names = ", ".join(path.name for path in loading.files)
    record("region.import", by=by, target=names, now=now, **asdict(loading.done))
    return loading.done


@dataclass
class _Loading:
    """One run: the upper levels are held in memory (some 45,000 rows), the villages stream by."""

    files: list[Path]
    choice: Choice
    progress: Callable[[int], None]
    done: Loaded = field(default_factory=Loaded)
    faults: list[Fault] = field(default_factory=list)
    uppers: dict[str, Row] = field(default_factory=dict)
    villages: set[int] = field(default_factory=set)
    known: set[str] = field(default_factory=set)

    def run(self) -> None:
        for row in self._rows(self.faults):
            self._notice(row)
        if not self.uppers and not self.villages and not self.faults:
            self.faults.append(Fault(self.files[-1].name, 0, EMPTY))
        self.known.update(
            Region.objects.filter(level__lt=Level.VILLAGE).order_by().values_list("code", flat=True)
        )
        for level in Level:
            self._load(row for row in self.uppers.values() if row.level == level)
        # The first reading has reported what is wrong with the lines themselves.
        self._load(row for row in self._rows([]) if row.level == Level.VILLAGE)

    def _rows(self, faults: list[Fault]) -> Iterator[Row]:
        for path in self.files:
            with path.open("rb") as lines:
                for row in read(lines, path.name):
                    if isinstance(row, Fault):
                        faults.append(row)
                    elif self.choice.takes(row.code):
                        yield row

    def _notice(self, row: Row) -> None:
        """Keep an upper row; refuse a code given twice.

        The published lists name some cities and counties again at the level below, under the
        same code and name (东莞市, 金门县): that is no fault.
        """
        if row.level == Level.VILLAGE:
            number = int(row.code)
            if number in self.villages:
                self.faults.append(Fault(row.file, row.line, REPEATED, row.code))
            self.villages.add(number)
            return
        first = self.uppers.setdefault(row.code, row)
        if first.name != row.name:
            self.faults.append(Fault(row.file, row.line, RENAMED, row.code, first.name))
        elif first is not row and first.file == row.file:
            self.faults.append(Fault(row.file, row.line, REPEATED, row.code))

    def _load(self, rows: Iterator[Row]) -> None:
        while batch := list(islice(rows, BATCH)):
            for row in batch:
                parent = above(row.code, row.level)
                if parent and parent not in self.known:
                    self.faults.append(Fault(row.file, row.line, NO_PARENT, row.code, parent))
            if not self.faults:
                self._write(batch)
            self.known.update(row.code for row in batch if row.level < Level.VILLAGE)
            before, self.done.read = self.done.read, self.done.read + len(batch)
            if before // PROGRESS != self.done.read // PROGRESS:
                self.progress(self.done.read)

    def _write(self, batch: list[Row]) -> None:
        names = {row.code: row.name for row in batch}
        old = dict(Region.objects.filter(code__in=names).order_by().values_list("code", "name"))
        created = [
            Region(
                code=row.code,
                level=row.level,
                name=row.name,
                parent_id=above(row.code, row.level),
                # The province and the city around a demonstration county are no demonstration.
                is_demonstration=self.choice.demonstration and row.level >= Level.COUNTY,
            )
            for row in batch
            if row.code not in old
        ]
        Region.objects.bulk_create(created)
        renamed = {code: name for code, name in old.items() if name != names[code]}
        Region.objects.bulk_update([Region(code=code, name=names[code]) for code in renamed], ["name"])
        self.done.regions += len(created)
        self.done.renamed += len(renamed)
        if self.choice.centers:
            self._write_centers(batch, renamed)

    def _write_centers(self, batch: list[Row], renamed: dict[str, str]) -> None:
        places = {row.code: row for row in batch if row.level in KINDS}
        if not places:
            return
        standing = list(ServiceCenter.objects.filter(region__in=places).order_by().only("name", "region_id"))
        have = {center.region_id for center in standing}
        created = [
            ServiceCenter(region_id=code, kind=KINDS[row.level], name=center_name(row.name, row.level))
            for code, row in places.items()
            if code not in have
        ]
        ServiceCenter.objects.bulk_create(created)
        changed = []
        for center in standing:
            row, before = places[center.region_id], renamed.get(center.region_id)
            if before and center.name == center_name(before, row.level):
                center.name = center_name(row.name, row.level)
                changed.append(center)
        ServiceCenter.objects.bulk_update(changed, ["name"])
        self.done.centers += len(created)
        self.done.centers_renamed += len(changed)


def county_prefix(code: str) -> str | None:
    """Return the six digits of a county given with 6 or 12; None where it is none."""
    full = code.ljust(CODE_LENGTH, "0")
    return (
        full[:6] if len(code) in (6, CODE_LENGTH) and level_of(full) in (Level.CITY, Level.COUNTY) else None
    )
