"""Measurements say what they are, and at once what they cannot do without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted(path.name for path in (ROOT / "bench").glob("[a-z]*.py"))


def run(script: str, *options: str, address: str = "") -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if name != "PORTAL_DATABASE_URL"}
    given |= {"PORTAL_DATABASE_URL": address} if address else {}
    command = [sys.executable, str(ROOT / "bench" / script), *options]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_says_what_is_measured(script: str) -> None:
    done = run(script, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    source = (ROOT / "bench" / script).read_text()
    assert source.split('"""')[1].strip() in done.stdout


@pytest.mark.parametrize("address", ["", "sqlite:///bench.sqlite3"])
def test_measurement_that_needs_postgresql_says_so_in_one_line(address: str) -> None:
    done = run("scale.py", address=address)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "PORTAL_DATABASE_URL=postgres://" in line
