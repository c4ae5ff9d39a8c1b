"""`manage.py export_standard CODE`: writes a standard as the YAML that `import_standard` reads."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from standards.content import with_efforts
from standards.editions import efforts_of, load_edition
from standards.models import Edition
from standards.writing import write_standard


class Command(BaseCommand):
    help = "Write an edition of a standard as YAML to the standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the standard's code, such as shenfuban-2021-13")
        parser.add_argument("--edition", help="default: the newest that is published")

    def handle(self, *args: Any, code: str, edition: str | None, **options: Any) -> None:
        editions = Edition.objects.filter(standard=code)
        chosen = editions.filter(edition=edition) if edition else editions.published().newest_first()
        found = chosen.first()
        if found is None:
            known = "、".join(f"{e.standard} {e.edition}" for e in Edition.objects.all()) or _("没有")
            raise CommandError(_("没有找到这个标准或版次。现有：%(known)s") % {"known": known})
        standard = with_efforts(load_edition(found.pk), efforts_of(found.pk))
        self.stdout.write(write_standard(standard), ending="")
