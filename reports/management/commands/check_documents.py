"""Compare what was issued with what is stored, every night."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.integrity import Difference, differences

SENTENCES = {
    "file_missing": gettext_lazy("%(what)s：印发的文件不在存储中（%(detail)s）。"),
    "file_changed": gettext_lazy("%(what)s：文件与印发时的摘要不符（%(detail)s）。"),
    "content_changed": gettext_lazy("%(what)s：保存的内容与印发时的摘要不符。"),
    "content_unreadable": gettext_lazy("%(what)s：保存的内容读不出来（%(detail)s）。"),
    "column_changed": gettext_lazy("%(what)s：登记的%(detail)s与印发的内容不符。"),
    "number_missing": gettext_lazy("%(what)s：文号登记中没有这个文号。"),
    "number_changed": gettext_lazy("%(what)s：文号登记中是%(detail)s。"),
    "gap": gettext_lazy("%(what)s：文号不连续，缺%(detail)s个。"),
    "sequence": gettext_lazy("%(what)s：记录的最后一个序号是%(detail)s，与文号登记不符。"),
}
COLUMNS = {
    "title": gettext_lazy("标题"),
    "issuer": gettext_lazy("发文机关"),
    "number": gettext_lazy("文号"),
}


class Command(BaseCommand):
    """Exit with 1 and one line a difference on stderr; with 0 where everything is as it was issued."""

    help = _("逐份核对已印发的公文：文件、内容和文号是否与印发时一致")

    def handle(self, *args: Any, **options: Any) -> None:
        checked: list[int] = []
        found = 0
        for difference in differences(checked):
            found += 1
            self.stderr.write(sentence(difference))
        self.stdout.write(
            _("核对了%(count)s份公文，发现%(found)s处不符。") % {"count": len(checked), "found": found}
        )
        if found:
            raise SystemExit(1)


def sentence(difference: Difference) -> str:
    detail = str(COLUMNS.get(difference.detail, difference.detail))
    return str(SENTENCES[difference.code]) % {"what": difference.what, "detail": detail}
