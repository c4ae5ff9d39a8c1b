"""Score one center from files, without a database."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from reports.scoring import score, to_plain
from standards.faults import Fault, Faults, shown
from standards.measures import KINDS
from standards.reading import read_answers, read_standard
from standards.wording import lines


class Command(BaseCommand):
    """Exit with 1 and one line a fault on stderr where the input is bad."""

    help = _("按标准文件和答案文件计算得分，以 JSON 输出；不使用数据库")
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--standard", required=True, metavar="FILE", help=_("标准文件（YAML）"))
        parser.add_argument("--kind", required=True, metavar="township|village", help=_("服务场所类别"))
        parser.add_argument("--answers", required=True, metavar="FILE", help=_("答案文件（JSON 或 YAML）"))

    def handle(self, *args: Any, standard: str, kind: str, answers: str, **options: Any) -> None:
        try:
            if kind not in KINDS:
                fault = Fault("", shown(kind), "one_of", {"options": "、".join(KINDS), "near": ""})
                raise Faults([fault], "--kind")
            data = read_standard(standard)
            result = score(data, kind, read_answers(data, kind, answers))
        except Faults as found:
            for line in lines(found):
                self.stderr.write(line)
            raise SystemExit(1) from None
        encoding = (getattr(self.stdout, "encoding", None) or "utf-8").lower()
        self.stdout.write(json.dumps(to_plain(result), ensure_ascii=not encoding.startswith("utf"), indent=2))
