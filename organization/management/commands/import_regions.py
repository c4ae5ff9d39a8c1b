"""`manage.py import_regions FILE...`: loads published lists of division codes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization import division_lists
from organization.actions.regions import BadLists, Choice, Loaded, county_prefix, import_regions

SHOWN = 20
WORDS = {
    division_lists.ENCODING: gettext_lazy("不是 UTF-8 编码，其后各行未读。请另存为 UTF-8 编码的 CSV 文件。"),
    division_lists.HEADER: gettext_lazy("列名为“%(found)s”，应有 code 和 name 两列。"),
    division_lists.LINE: gettext_lazy("这一行不能读取，应为“代码,名称”，如 410523100000,城关镇。"),
    division_lists.CODE: gettext_lazy("代码为“%(found)s”，应为2、4、6、9或12位数字的区划代码。"),
    division_lists.NAME: gettext_lazy("名称为“%(found)s”，应为1至80个字，不含控制字符。"),
    division_lists.REPEATED: gettext_lazy("代码 %(found)s 前面已经出现过，每个代码应只有一行。"),
    division_lists.RENAMED: gettext_lazy("代码 %(found)s 前面已用另一名称“%(other)s”出现过，应当一致。"),
    division_lists.NO_PARENT: gettext_lazy(
        "%(found)s 的上级 %(other)s 不在文件里，也没有导入过。请同时给出上级的文件。"
    ),
    division_lists.EMPTY: gettext_lazy("没有可以导入的行。"),
}


class Command(BaseCommand):
    help = "Load regions and centers from CSV lists of division codes (columns code, name)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--county", default="", metavar="CODE", help="only this county (6 or 12 digits)")
        parser.add_argument("--no-centers", action="store_true", help="regions without centers")
        parser.add_argument("--demonstration", action="store_true", help="mark what is created as such")

    def handle(self, *, files: list[Path], county: str, **options: Any) -> None:
        choice = Choice(_county(county), not options["no_centers"], options["demonstration"])
        for path in files:
            if not path.is_file():
                raise CommandError(_("%(file)s：没有这个文件。") % {"file": path})
        try:
            done = import_regions(files=files, choice=choice, by=None, progress=self._progress)
        except BadLists as bad:
            self._refuse(bad.faults)
        except OSError as error:
            raise CommandError(_("%(file)s：不能读取。") % {"file": error.filename}) from None
        self.stdout.write(_summary(done))

    def _progress(self, rows: int) -> None:
        self.stdout.write(_("已处理 %(rows)s 行……") % {"rows": rows})
        self.stdout.flush()

    def _refuse(self, faults: list[division_lists.Fault]) -> NoReturn:
        for fault in faults[:SHOWN]:
            self.stderr.write(sentence(fault))
        if len(faults) > SHOWN:
            self.stderr.write(_("另有 %(count)s 处问题未列出。") % {"count": len(faults) - SHOWN})
        raise CommandError(_("共 %(count)s 处问题，什么都没有导入。") % {"count": len(faults)})


def _county(code: str) -> str:
    prefix = county_prefix(code) if code else ""
    if prefix is None:
        raise CommandError(
            _("--county %(code)s：应为县级区划代码，6位或12位数字，如 410523。") % {"code": code}
        )
    return prefix


def _summary(done: Loaded) -> str:
    return _(
        "读取 %(read)s 行：新增地区 %(regions)s 个，更名 %(renamed)s 个；"
        "新增中心 %(centers)s 个，更名 %(centers_renamed)s 个。"
    ) % vars(done)


def sentence(fault: division_lists.Fault) -> str:
    """Say where a fault is, what was found and what was expected."""
    place = f"{fault.file}:{fault.line}" if fault.line else fault.file
    return f"{place}：{WORDS[fault.kind] % {'found': fault.found, 'other': fault.other}}"
