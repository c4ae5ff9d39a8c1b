"""Each fault script in its short mode: it tells what it did, and nothing that was acknowledged is lost."""

import re
import subprocess
import sys

import pytest

from tests.installation import ROOT, SQLITE, server_of_tests

# Those that bring their own database, and those that take the tests' server.
OWN = ["kill_database", "disk_full"]
GIVEN = ["kill_web", "slow_client", "submissions", "soak", "queue_stuck", "clock_back"]
# Those that kill the database too, where it is PostgreSQL: in a cluster of their own.
KILLING = ["kill_issues", "kill_worker", "kill_backup"]


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


@pytest.mark.parametrize("name", KILLING)
def test_what_is_killed_in_the_middle_loses_nothing(name: str) -> None:
    found = counts(name, "--server", SQLITE if server_of_tests() == SQLITE else "cluster")
    assert found["kills"] > 1
    assert found["lost"] == found["failures"] == 0
    if "issued" in found:
        assert found["issued"] > 5
        assert found["gaps"] == found["doubled"] == found["damaged"] == 0


def test_crowd_leaves_no_deadlock_and_no_difference(django_db_setup: None) -> None:
    found = counts("crowd", "--server", server_of_tests())
    assert found["submitted"] == 60
    assert found["lost"] == found["deadlocks"] == found["differences"] == found["failures"] == 0
