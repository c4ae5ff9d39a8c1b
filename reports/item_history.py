"""How often each item fell short in the rounds before, through the editions by which they were held."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inspections.models import Round
from standards.lineage import Origin, origins
from standards.models import Edition, Item
from standards.succession import MERGED

from .cells import Cell, Column, Table, heated
from .models import ItemSummary, ScoreSummary
from .overview import mean
from .regional import View

ROUNDS_SHOWN = 6
RELATIONS = {
    "same": gettext_lazy("沿用"),
    "changed": gettext_lazy("有改动"),
    "split": gettext_lazy("由一项拆分"),
    "merged": gettext_lazy("由几项合并"),
}
NEW = gettext_lazy("新增")


@dataclass(frozen=True)
class History:
    """The rounds in view and before, oldest first; by its edition's key, from where the items shown come,
    None where no links lead there; and by round what was counted of its items."""

    rounds: list[Round]
    origins: dict[int, dict[str, Origin] | None]
    items: dict[tuple[int, str], Item]
    counts: dict[tuple[int, int, str], Counter[str]] = field(default_factory=dict)
    centers: dict[tuple[int, str], int] = field(default_factory=dict)

    def share(self, round: Round, item: Item, kinds: Sequence[str]) -> Decimal | None:
        """Of a hundred centers of these kinds to which the item applied, how many fell short."""
        short = asked = 0
        for kind in kinds:
            counted = self.counts.get((round.pk, item.pk, kind), Counter())
            short += counted["not_met"] + counted["partly"]
            asked += self.centers.get((round.pk, kind), 0) - counted["na"]
        return mean(Decimal(100 * short), asked) if asked else None


def read(shown: View, items: Sequence[Item]) -> History:
    """Read what was counted of these items of the round in view, and of what they come from."""
    rounds = [round for round, _n, _sum in shown.trend if round.starts_on <= shown.round.starts_on]
    rounds = rounds[-ROUNDS_SHOWN:]
    asked = rounds if shown.against is None or shown.against in rounds else [*rounds, shown.against]
    links = {_key(row): row.replaces for row in Edition.objects.only("standard", "edition", "replaces")}
    codes = [item.code for item in items]
    here = shown.round.edition
    found = {round.edition_id: origins(codes, _key(here), _key(round.edition), links) for round in asked}
    wanted = {code for back in found.values() for origin in (back or {}).values() for code in origin.codes}
    known = Item.objects.filter(edition__in=found, code__in=wanted)
    history = History(rounds, found, {(row.edition_id, row.code): row for row in known})
    _count(history, shown, [round.pk for round in asked])
    return history


def _key(edition: Edition) -> tuple[str, str]:
    return edition.standard, edition.edition


def _count(history: History, shown: View, keys: list[int]) -> None:
    here = shown.counted
    rows = ScoreSummary.objects.filter(region__in=here, round__in=keys).order_by()
    for round, kind, centers in rows.values_list("round", "kind").annotate(n=Sum("centers")):
        history.centers[round, kind] = centers
    items = [item.pk for item in history.items.values()]
    names = ("not_met", "partly", "na")
    rows = ItemSummary.objects.filter(region__in=here, round__in=keys, item__in=items).order_by()
    for round, item, kind, *counted in rows.values_list("round", "item", "kind").annotate(
        *(Sum(name) for name in names)
    ):
        history.counts[round, item, kind] = Counter(dict(zip(names, counted, strict=True)))


def table(shown: View, history: History, items: Sequence[Item]) -> Table:
    """An item a row, a round a column; where an edition changed, from what the item comes."""
    others = {row.edition_id: None for row in history.rounds if row.edition_id != shown.round.edition_id}
    columns = [Column(_("检查项"), width=36)]
    if others:
        columns.append(Column(_("与以前的版次"), width=14))
    columns += [Column(head, "points", 16) for head in _heads(history)]
    rows = []
    for item in items:
        row = [Cell(item.title, is_source=True)]
        if others:
            row.append(Cell(_relation(history, item, others)))
        rows.append(row + [cell(history, shown, round, item) for round in history.rounds])
    return Table("history", _("检查项历次变化"), columns, rows, _note(history), look="pinned heated")


def _heads(history: History) -> list[str]:
    """The rounds' names; where the edition is another than before, it is named."""
    heads, before = [], None
    for round in history.rounds:
        changed = before not in (None, round.edition_id)
        heads.append(f"{round.name}（{edition_words(round.edition)}）" if changed else round.name)
        before = round.edition_id
    return heads


def edition_words(edition: Edition) -> str:
    """A standard's document number, or its code, and its edition."""
    return f"{edition.document_number or edition.standard} {edition.edition}"


def _relation(history: History, item: Item, others: Iterable[int]) -> str:
    """How the item stands to the oldest edition in view that is linked."""
    for edition in others:
        back = history.origins[edition]
        if back is not None:
            return str(RELATIONS[back[item.code].relation] if item.code in back else NEW)
    return _("没有对应")


def cell(
    history: History, shown: View, round: Round, item: Item, show: Callable[[Decimal], Cell] = heated
) -> Cell:
    """The share of the round's centers that fell short of the item, or of what it comes from."""
    back = history.origins[round.edition_id]
    if back is None:
        return Cell(None, words="—")
    if item.code not in back:
        return Cell(str(NEW), words=str(NEW))
    origin = back[item.code]
    shares = [
        history.share(round, old, _kinds(shown, item, old))
        for code in origin.codes
        if (old := history.items.get((round.edition_id, code)))
    ]
    known = [share for share in shares if share is not None]
    if not known:
        return Cell(None, words="—")
    made = show(max(known))
    if origin.relation == MERGED and len(known) > 1:
        # Nobody counted the centers that fell short in one or the other: not fewer than in the worst.
        words = f"≥{made.words}"
        return Cell(words, words=words, heat=made.heat)
    return made


def _kinds(shown: View, item: Item, old: Item) -> list[str]:
    """The kinds of center to which the item applies, and to which it did."""
    asked = {
        "township": item.for_township and old.for_township,
        "village": item.for_village and old.for_village,
    }
    return [kind for kind, applies in asked.items() if applies and shown.kind in ("", kind)]


def _note(history: History) -> str:
    told = [_("每格是有问题的中心占适用中心的百分比。")]
    changes = edition_changes(history.rounds)
    if changes:
        told += [*changes, _("“新增”的检查项以前没有；几项合并的，以前至少是其中最多的一项（≥）。")]
    if None in history.origins.values():
        told.append(_("“—”的轮次所用的标准和现在的没有对应关系，或者还没有检查。"))
    return " ".join(told)


def edition_changes(rounds: Sequence[Round]) -> list[str]:
    """Say of each round, oldest first, that is held by another edition than the one before."""
    said = _("从“%(round)s”起按%(edition)s检查，以前按%(old)s。")
    return [
        said
        % {"round": round.name, "edition": edition_words(round.edition), "old": edition_words(before.edition)}
        for before, round in pairwise(rounds)
        if before.edition_id != round.edition_id
    ]
