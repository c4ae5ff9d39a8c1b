"""The audit tells known weaknesses from a service that does not answer, and lists every package."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT

audit: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "audit"))


def package(**more: Any) -> dict[str, Any]:
    return {"name": "django", "version": "1.0", **more}


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (None, None),
        ({"dependencies": []}, None),
        ({"dependencies": [package(skip_reason="not found")]}, None),
        ({"dependencies": [package(vulns=[])]}, []),
        (
            {
                "dependencies": [
                    package(vulns=[{"id": "CVE-1", "fix_versions": ["1.1"]}]),
                    package(skip_reason="x"),
                ]
            },
            ["django 1.0: CVE-1, mended in 1.1"],
        ),
        (
            {"dependencies": [package(vulns=[{"id": "CVE-2", "fix_versions": []}])]},
            ["django 1.0: CVE-2, mended in no release yet"],
        ),
    ],
)
def test_python_weaknesses(answer: Any, lines: list[str] | None) -> None:
    assert audit["python_weaknesses"](answer) == lines


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        (None, None),
        ({"error": {"summary": ""}}, None),
        ({"vulnerabilities": {}}, []),
        ({"vulnerabilities": {"bootstrap": {"severity": "high"}}}, ["bootstrap: high"]),
    ],
)
def test_npm_weaknesses(answer: Any, lines: list[str] | None) -> None:
    assert audit["npm_weaknesses"](answer) == lines


def test_list_names_every_package_with_its_version(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "deploy/audit", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert "known weaknesses" in said.stdout or "no advisory service answers" in said.stdout
    sbom = json.loads((tmp_path / "sbom.json").read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    listed = {(part["name"].lower(), part["version"]) for part in sbom["components"]}
    pinned = re.findall(
        r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    assert len(pinned) > 20
    assert {(name.lower(), version) for name, version in pinned} <= listed
    assert any(name == "bootstrap" for name, _ in listed)
