"""The figures of what a county learns, as tables: the page draws them with bars, the file holds the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inspections.likeness import NEAR
from inspections.models import Photo, Round
from inspections.querysets import OVERSEERS
from inspections.workflow import SUBMITTED
from organization.csv_text import cell_text, csv_lines
from organization.models import User
from organization.templatetags.portal import day

from . import lesson_shares, lessons, permissions


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: its words, and a bar (0 to 100) or an address beside them."""

    words: str
    percent: float | None = None
    url: str = ""
    image: str = ""


@dataclass(frozen=True)
class LessonTable:
    """One figure with its table. `heads` are words, True for bare figures; the first column names the row."""

    key: str
    title: str
    note: str
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def told(self) -> list[list[tuple[Cell, str, bool]]]:
        """The rows, each cell with the head of its column and whether that holds figures."""
        return [[(cell, *head) for cell, head in zip(row, self.heads, strict=True)] for row in self.rows]


def tables_of(user: User, places: Sequence[str], round: Round, rounds: Sequence[Round]) -> list[LessonTable]:
    """Every figure of a round in these places that the person may see; some may have no rows yet."""
    # Behind a row are the findings of these places alone, also where the person sees more.
    inside = f"region={places[0]}&" if tuple(places) != user.prefixes(*OVERSEERS) else ""
    decided = lesson_shares.decided(places, round, rounds)
    found = [
        _spans(places, round),
        _shares(
            "by-township", _("按乡镇"), _("乡镇"), lesson_shares.shares_by_township(decided, round),
            f"?round={round.pk}&region=",
        ),
        _shares(
            "by-item", _("按检查项"), _("检查项"), lesson_shares.shares_by_item(decided, round),
            f"?{inside}round={round.pk}&item=",
        ),
        _shares(
            "by-round", _("按轮次"), _("轮次"), lesson_shares.shares_by_round(decided, rounds),
            f"?{inside}round=",
        ),
        _repeats(
            "repeats-by-township",
            _("重复出现的问题（按乡镇）"),
            _("乡镇"),
            lessons.repeats_by_township(places, round),
        ),
        _repeats(
            "repeats-by-item",
            _("重复出现的问题（按检查项）"),
            _("检查项"),
            lessons.repeats_by_item(places, round),
        ),
    ]  # fmt: skip
    found.append(_twins(user, places, round))
    if permissions.can_compare_inspectors(user, round):
        found.append(_looks(places, round))
    return found


def csv_text(table: LessonTable) -> str:
    """The table as CSV; no cell is a formula."""
    heads = (head for head, _figure in table.heads)
    return "".join(csv_lines(heads, ([cell_text(cell.words) for cell in row] for row in table.rows)))


def _spans(places: Sequence[str], round: Round) -> LessonTable:
    rows, provisional = lessons.spans(places, round)
    notes = (_("其中有的年份还没有公布放假安排，这些年份按周一至周五计算。"),) if provisional else ()
    longest = max(
        (span.median or 0 for row in rows for span in (row.acknowledge, row.repair, row.close)), default=0
    )
    return LessonTable(
        "times",
        _("签收、整改、销号各用多少个工作日"),
        _("签收：从通知印发到签收；整改：从签收到第一次报送；销号：从通知印发到销号。中位数是排在正中间的一个，最慢的可以点开看。"),
        (
            (_("乡镇"), False), (_("签收（中位数）"), False), (_("签收最慢"), True),
            (_("整改（中位数）"), False), (_("整改最慢"), True),
            (_("销号（中位数）"), False), (_("销号最慢"), True),
        ),
        tuple(
            (
                Cell(row.name or _("全部")),
                *(cell for span in (row.acknowledge, row.repair, row.close) for cell in _span(span, longest)),
            )
            for row in rows
        ),
        notes,
    )  # fmt: skip


def _span(span: lessons.Span, longest: float) -> tuple[Cell, Cell]:
    if span.median is None or span.slowest is None:
        return Cell("—"), Cell("—")
    words = ngettext("%(days)s（%(n)d个）", "%(days)s（%(n)d个）", span.count)
    told = words % {"days": f"{span.median:g}", "n": span.count}
    percent = 100 * span.median / longest if longest else 0
    return Cell(told, percent), Cell(
        str(span.slowest), url=reverse("inspections:finding", args=[span.finding])
    )


def _shares(key: str, by: str, head: str, rows: Sequence[lesson_shares.Share], behind: str) -> LessonTable:
    """`behind` is the query of the findings behind a row, but for the row's key at its end."""
    findings = reverse("reports:finding-list")
    return LessonTable(
        key,
        _("按期整改的比例（%(by)s）") % {"by": by},
        _(
            "第一次报送不晚于整改期限的算按期；已逾期还没有报送的算未按期；期限没到、还没有报送的不算在比例内。"
        ),
        (
            (head, False),
            (_("按期比例"), False),
            (_("按期"), True),
            (_("未按期"), True),
            (_("期限未到"), True),
        ),
        tuple(
            (
                Cell(row.name, url=f"{findings}{behind}{row.key}"),
                Cell("—" if row.percent is None else f"{row.percent}%", row.percent),
                Cell(str(row.in_time)),
                Cell(str(row.late)),
                Cell(str(row.running)),
            )
            for row in rows
        ),
    )


def _repeats(key: str, title: str, head: str, rows: Sequence[lessons.Repeat]) -> LessonTable:
    return LessonTable(
        key,
        title,
        _("同一个中心、同一检查项，在以前的轮次也发现过问题的，算重复出现。"),
        ((head, False), (_("重复出现的比例"), False), (_("重复出现"), True), (_("全部问题"), True)),
        tuple(
            (
                Cell(row.name),
                Cell(f"{_percent(row)}%", _percent(row)),
                Cell(str(row.again)),
                Cell(str(row.all)),
            )
            for row in rows
        ),
    )


def _percent(row: lessons.Repeat) -> int:
    return (200 * row.again + row.all) // (2 * row.all) if row.all else 0


def _twins(user: User, places: Sequence[str], round: Round) -> LessonTable:
    return LessonTable(
        "photos",
        _("看起来相同的照片"),
        _(
            "不同中心或不同轮次的照片，画面几乎相同。相同不等于弄虚作假：请对照两张照片，问清情况。"
            "只列最相近的 %(n)d 对。"
        )
        % {"n": lessons.TWINS_SHOWN},
        (
            (_("中心"), False), (_("照片"), False), (_("检查项"), False), (_("相同的另一张"), False),
            (_("照片"), False), (_("相像程度"), False),
        ),
        tuple(
            (
                _center_of(twin.photo), _picture(twin.photo), Cell(twin.photo.item.title),
                _center_of(twin.other), _picture(twin.other), Cell(_alike(twin.distance)),
            )
            for twin in lessons.twins(user, places, round)
        ),
    )  # fmt: skip


def _alike(distance: int) -> str:
    """In words, of how many of the 64 marks of a picture's likeness differ."""
    if distance == 0:
        return _("画面相同")
    return _("几乎相同") if distance <= NEAR // 2 else _("很像")


def _center_of(photo: Photo) -> Cell:
    inspection = photo.inspection
    return Cell(
        f"{inspection.center.name}（{inspection.round.name}）",
        url=reverse("reports:score", args=[inspection.pk]) if inspection.state == SUBMITTED else "",
    )


def _picture(photo: Photo) -> Cell:
    url, small = (reverse(f"inspections:photo{part}", args=[photo.pk]) for part in ("", "-thumbnail"))
    return Cell(day(photo.taken_at or photo.added_at), url=url, image=small)


def _looks(places: Sequence[str], round: Round) -> LessonTable:
    rows = lessons.looks(places, round)
    limits = {"answers": lessons.LEAST_ANSWERS, "visits": lessons.LEAST_INSPECTIONS}
    return LessonTable(
        "inspectors",
        _("检查尺度和进度"),
        _(
            "用来发现检查尺度需要统一的地方，不用来考核或排名。“同类平均”是所有检查员对同样检查项的平均，"
            "所以不受各人分到哪些项的影响，但各人去的中心本来就有好有差。填写不到 %(answers)s 项的不列；"
            "可计时的检查不到 %(visits)s 次的不列用时。"
        )
        % limits,
        (
            (_("检查员"), False), (_("填写项数"), True), (_("每百项记问题"), False), (_("同类平均"), False),
            (_("相差"), True), (_("每项用时（秒，中位数）"), True),
        ),
        tuple(
            (
                Cell(row.name),
                Cell(str(row.answers)),
                Cell(f"{row.found:.1f}", row.found),
                Cell(f"{row.expected:.1f}", row.expected),
                Cell(f"{row.found - row.expected:+.1f}".replace("-", "−")),
                Cell("—" if row.seconds is None else str(row.seconds)),
            )
            for row in rows
        ),
    )  # fmt: skip
