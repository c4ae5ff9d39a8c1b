"""`manage.py backup_key`: a new key pair for backups; the secret half belongs in a safe."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pyrage import x25519


class Command(BaseCommand):
    help = "Write a new secret key to FILE (it must not exist) and print the public key for the settings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        identity = x25519.Identity.generate()
        public = identity.to_public()
        try:
            with open(file, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
                out.write(f"# public key: {public}\n{identity}\n")
        except OSError as fault:
            raise CommandError(f"没有写入密钥 / No key was written: {fault}") from None
        self.stdout.write(
            f"PORTAL_BACKUP_RECIPIENTS={public}\n"
            f"请把 {file} 移到安全的地方，没有它就不能恢复。/ "
            "Move it to a safe place; nothing is restored without it."
        )
