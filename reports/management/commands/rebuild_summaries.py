"""`manage.py rebuild_summaries [--check]`: recounts the summaries by region and names every difference."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from inspections.models import FindingTally, Round, RoundTally
from organization.models import Region
from reports.actions.recounting import rebuild_summaries
from reports.models import CenterResult, ItemSummary, LatestSummary, ScoreSummary, SectionSummary
from reports.recounting import Difference


class Command(BaseCommand):
    """Exit with 0 where nothing differed or all was put right; with `--check`, with 1 for any difference."""

    help = "Recount the summaries by region from scratch, name every difference, and put it right."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what differs")
        parser.add_argument("--quick", action="store_true", help="leave the frozen content unread")

    def handle(self, *, check: bool, quick: bool, verbosity: int, **options: Any) -> None:
        self.names: dict[Any, str] = {}
        self.loud = verbosity > 0
        count = 0
        for fault in rebuild_summaries(fix=not check, thorough=not quick, progress=self._progress):
            count += 1
            self.stdout.write(self._words(fault))
        if count and check:
            raise CommandError(
                _("有%(n)d处与重新统计的结果不一致。不带 --check 运行即可改正。") % {"n": count}
            )
        if count:
            self.stdout.write(_("改正了%(n)d处，现在与重新统计的结果一致。") % {"n": count})
        else:
            self.stdout.write(_("与重新统计的结果一致。"))

    def _progress(self, done: int, of: int) -> None:
        if self.loud:
            self.stderr.write(_("已统计 %(done)d / %(of)d（%(percent)d%%）") % {
                "done": done, "of": of, "percent": 100 * done // of,
            })  # fmt: skip

    def _words(self, fault: Difference) -> str:
        """Such as: 得分汇总 汤阴县（410523000000） 2026年县级检查 band=17：centers 记为3，应为4"""
        key = dict(fault.key)
        place = f"{self._name(Region, fault.region)}（{fault.region}）"
        parts = [str(TABLE_NAMES[fault.table]), place]
        if "round_id" in key:
            parts.append(self._name(Round, key.pop("round_id")))
        parts += [f"{name.removesuffix('_id')}={value}" for name, value in key.items()]
        told = [
            _("%(name)s 记为%(stored)s，应为%(counted)s")
            % {"name": name, "stored": fault.stored.get(name, _("没有")), "counted": number}
            for name, number in fault.counted.items()
        ]
        return f"{' '.join(parts)}：{'；'.join(told)}"

    def _name(self, model: Any, pk: Any) -> str:
        if (model, pk) not in self.names:
            self.names[model, pk] = str(model.objects.filter(pk=pk).first() or pk)
        return self.names[model, pk]


TABLE_NAMES = {
    RoundTally: "检查数",
    FindingTally: "未销号问题",
    CenterResult: "检查结果",
    ScoreSummary: "得分汇总",
    SectionSummary: "分项汇总",
    ItemSummary: "检查项汇总",
    LatestSummary: "最近得分",
}
