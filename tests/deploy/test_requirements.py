"""The pinned lists, made under one Python, install under every Python that the portal promises to run on."""

import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.installation import ROOT

# Debian 12 (older than the one the lists were made under), Ubuntu 24.04, Debian 13, and what comes next.
PYTHONS = ("3.11.2", "3.12.3", "3.13.5", "3.14.0")
PIN = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def pinned(*names: str) -> set[str]:
    return {canonicalize_name(found) for name in names for found in PIN.findall((ROOT / name).read_text())}


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize(
    "lists", [("requirements.txt",), ("requirements.txt", "requirements-dev.txt")], ids=["operation", "tests"]
)
def test_every_package_finds_what_it_needs_in_the_list(version: str, lists: tuple[str, ...]) -> None:
    """pip refuses the whole list, hashes being required, where one dependency is in none of its lines."""
    have = pinned(*lists)
    where = {
        "python_full_version": version,
        "python_version": version.rpartition(".")[0],
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "extra": "",
    }
    missing = set()
    for name in have:
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if (needed.marker is None or needed.marker.evaluate(where)) and canonicalize_name(
                needed.name
            ) not in have:
                missing.add((name, needed.name))
    assert missing == set()
