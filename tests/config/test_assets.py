"""Static files as they are served: every script names the others by their hashed names."""

import re
from pathlib import Path
from typing import Any

HASHED = re.compile(r"\.[0-9a-f]{12}\.(?:js|css)$")
NAMED = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+\.js)["']""")


def test_scripts_import_one_another_by_hashed_names(served_static: dict[str, Any]) -> None:
    """A name without its hash would be kept by browsers over a release, and miss in the kept files."""
    root = Path(served_static["STATIC_ROOT"])
    scripts = [path for path in root.rglob("*.js") if HASHED.search(path.name)]
    named = {(path.name, name) for path in scripts for name in NAMED.findall(path.read_text())}
    assert any("photo-queue" in name for _script, name in named)
    assert any("annotate" in name for _script, name in named)
    assert [pair for pair in named if not HASHED.search(pair[1])] == []


def test_static_files_are_read_by_accounts_that_did_not_collect_them(served_static: dict[str, Any]) -> None:
    """Root installs; nginx and the portal run under accounts of their own, which own none of these files."""
    files = [path for path in Path(served_static["STATIC_ROOT"]).rglob("*") if path.is_file()]
    assert "staticfiles.json" in {path.name for path in files}
    assert [path.name for path in files if path.stat().st_mode & 0o444 != 0o444] == []
