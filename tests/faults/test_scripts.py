"""Each fault script in its short mode: it tells what it did, and nothing that was acknowledged is lost."""

import re
import subprocess
import sys

import pytest

from tests.installation import ROOT, server_of_tests

# Those that bring their own database, and those that take the tests' server.
OWN = ["kill_database", "disk_full"]
# The soak says nothing in the seconds that a test may take; it is run by hand.
GIVEN = ["kill_web", "slow_client", "submissions"]


def counts(name: str, *options: str) -> dict[str, int]:
    said = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{name}", *options], cwd=ROOT, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return {key: int(number) for key, number in re.findall(r"(\w+)=(\d+)", said.stdout.splitlines()[-1])}


@pytest.mark.parametrize("name", OWN)
def test_fault_loses_nothing(name: str) -> None:
    found = counts(name)
    assert found["acknowledged"] > 20
    assert found["lost"] == found["failures"] == 0


@pytest.mark.parametrize("name", GIVEN)
def test_fault_loses_nothing_on_the_database_of_the_tests(name: str, django_db_setup: None) -> None:
    found = counts(name, "--server", server_of_tests())
    assert found["failures"] == 0
    assert found.get("lost", 0) == 0
    assert found.get("acknowledged", 1) > 0
