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
