"""`manage.py load_demo`: loads the demonstration county once and prints its accounts."""

import os
import unicodedata
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from organization.models import Role, User
from reports import demonstration
from reports.demonstration.cast import CAST, PASSWORD


class Command(BaseCommand):
    """Exit with 0 also where it refuses: `make run` serves a database in earnest all the same."""

    help = "Load the demonstration county (once) and print its accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        if not demonstration.is_loaded():
            try:
                done = demonstration.load(now=timezone.now(), say=self._say)
            except demonstration.Refused as refused:
                self._say(refused.words, county=refused.county)
                return
            self._say(
                _("本轮检查%(centers)s个中心；两轮共提交%(submitted)s份检查表，印发%(issued)s份整改通知。"),
                **vars(done),
            )
        self._accounts()

    def _say(self, words: Any, **values: Any) -> None:
        self.stdout.write(both(words, **values))
        self.stdout.flush()

    def _accounts(self) -> None:
        if real := demonstration.real_county():
            self._say(_("注意：数据库中有正式的县（%(county)s），请停用全部演示账号。"), county=real.name)
            return
        address = f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}/"
        self._say(_("演示数据：汤阴县。服务启动后打开 %(address)s，用下列账号登录："), address=address)
        people = User.objects.filter(is_active=True, username__in=[member.username for member in CAST])
        places = dict(people.values_list("username", "assignments__region__name"))
        rows = [tuple(both(head) for head in (_("角色"), _("地区"), _("姓名"), _("用户名"), _("密码")))]
        rows += [
            (both(Role(m.role).label), places[m.username], m.name, m.username, PASSWORD)
            for m in CAST
            if m.username in places
        ]
        for line in table(rows):
            self.stdout.write(line)


def both(words: Any, **values: Any) -> str:
    """Words in Chinese and in English, as all that `make run` prints."""
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(str(words) % values if values else str(words))
    return " / ".join(said)


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Lines with aligned columns; a Chinese character is as wide as two others."""
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(cell + " " * (widths[place] - _width(cell)) for place, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
