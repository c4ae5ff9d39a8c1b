"""The offline archive installs, migrates and answers on a machine whose network is cut off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import ROOT

pytestmark = pytest.mark.anywhere

# A request through the whole application, in the new installation's own Python.
ASKING = """
import django
django.setup()
from django.test import Client
client = Client(headers={"host": "localhost"})
print([client.get(path).status_code for path in ("/health/", "/ready/", "/login/")])
"""


def offline(place: Path, *command: str) -> str:
    """Run a command in a network namespace that has no interface, not even to a registry's mirror."""
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO", "PIP_"))
    }
    said = subprocess.run(
        ["unshare", "--map-root-user", "--net", *command],
        cwd=place,
        env={
            **environment,
            "BASE_PYTHON": sys.executable,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAL_VAR_DIR": str(place / "var"),
            "PYTHONPATH": str(place),
        },
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def test_archive_installs_with_the_network_cut_off(tmp_path: Path) -> None:
    archive = tmp_path / "portal-offline.tar.gz"
    made = subprocess.run(["deploy/archive", archive], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    subprocess.run(["tar", "-xzf", archive, "-C", tmp_path], check=True)
    place = tmp_path / "portal"
    assert not (place / ".venv").exists()
    assert not (place / ".env").exists()
    assert not list(place.glob("var/*key*"))
    assert offline(place, "cat", "/proc/net/route").splitlines()[1:] == []
    assert "✓" in offline(place, "deploy/install-offline")
    offline(place, ".venv/bin/python", "manage.py", "migrate", "--noinput", "--verbosity", "0")
    offline(
        place, ".venv/bin/python", "manage.py", "import_standard", "standards/data/shenfuban-2021-13.yaml"
    )
    assert "[200, 200, 200]" in offline(place, ".venv/bin/python", "-c", ASKING)

    # A file that was changed on the way is named, and nothing is installed.
    page = place / "templates" / "base.html"
    page.write_text(page.read_text() + " ")
    said = subprocess.run(["deploy/install-offline"], cwd=place, capture_output=True, text=True)
    assert said.returncode == 1
    assert "templates/base.html" in said.stdout + said.stderr
