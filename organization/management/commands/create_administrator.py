"""`manage.py create_administrator`: the first account of an installation."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from organization.actions import create_administrator
from organization.codes import CODE_LENGTH
from organization.models import Region, Role
from organization.problems import Problem

PASSWORD_VARIABLE = "PORTAL_PASSWORD"  # noqa: S105 - the name of the variable, no password


class Command(BaseCommand):
    help = f"Create a person with roles in a region. The password is asked for, or is in {PASSWORD_VARIABLE}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--region", required=True, metavar="CODE", help="2, 4, 6, 9 or 12 digits")
        parser.add_argument(
            "--role",
            action="append",
            choices=Role.values,
            help="may be repeated; default: security_administrator",
        )

    def handle(
        self, *, username: str, name: str, region: str, role: list[str] | None, **options: Any
    ) -> None:
        place = Region.objects.filter(code=region.ljust(CODE_LENGTH, "0")).first()
        if place is None:
            raise CommandError(
                _("没有代码为 %(code)s 的地区。请先用 import_regions 导入区划代码。") % {"code": region}
            )
        roles = role or [Role.SECURITY_ADMINISTRATOR.value]
        try:
            create_administrator(
                username=username, name=name, password=_password(), roles=roles, region=place
            )
        except Problem as problem:
            raise CommandError(str(problem.message)) from None
        labels = "、".join(str(Role(code).label) for code in roles)
        self.stdout.write(
            _("已创建 %(username)s（%(name)s），%(place)s，%(roles)s。")
            % {"username": username, "name": name, "place": place.name, "roles": labels}
        )


def _password() -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    first, second = getpass.getpass(_("密码：")), getpass.getpass(_("再输一遍："))
    if first != second:
        raise CommandError(_("两次输入的密码不一样，账号没有创建。"))
    return first
