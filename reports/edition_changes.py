"""Two editions side by side as tables: each item with what became of it, and the rules of scoring."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from standards.describing_changes import described_changes
from standards.editions import load_edition
from standards.models import Edition

from .sheets import Field, Sheet


def change_sheets(before: Edition, row: Edition, shown: str) -> list[Sheet]:
    """The items that the page shows with this filter; the rules of scoring where any of them changed."""
    told = described_changes(load_edition(before.pk), load_edition(row.pk), shown)
    items = Sheet(
        name=_("检查项"),
        title=_("版次对照"),
        notes=(_("原来：%(edition)s") % {"edition": before}, _("现在：%(edition)s") % {"edition": row}),
        fields=(Field(_("变化"), 10), *_side(_("原来")), *_side(_("现在")), Field(_("改了什么"), 50),
                Field(_("说明"), 30)),
        rows=[_row(change) for change in told["changes"]],
    )  # fmt: skip
    if not told["policy"] or shown:
        return [items]
    fields = (Field(_("内容"), 24), Field(_("原来"), 50), Field(_("现在"), 50))
    rules = [(one["name"], one["old"], one["new"]) for one in told["policy"]]
    return [items, Sheet(name=_("评分办法"), title=_("评分办法"), fields=fields, rows=rules)]


def _side(label: str) -> Iterator[Field]:
    columns: list[tuple[str, int, Any]] = [
        (_("条款"), 16, "text"), (_("检查项"), 34, "text"), (_("分值"), 8, "points"),
        (_("判定和标准"), 44, "text"),
    ]  # fmt: skip
    for name, width, form in columns:
        yield Field(f"{label}：{name}", width, form)


def _row(change: dict[str, Any]) -> Sequence[Any]:
    differences = "\n".join(f"{one['name']}：{one['old']} → {one['new']}" for one in change["differences"])
    return (
        str(change["label"]), *_cells(change["old"]), *_cells(change["new"]), differences, change["note"],
    )  # fmt: skip


def _cells(items: Sequence[dict[str, Any]]) -> Sequence[Any]:
    """One side; of items that were split or merged the points are those of all together."""
    if not items:
        return (None, None, None, None)
    told = ("\n".join(str(one[name]) for one in items) for name in ("reference", "title", "measure"))
    reference, title, measure = told
    return (reference, title, sum(one["points"] for one in items), measure)
