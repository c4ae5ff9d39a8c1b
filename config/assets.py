"""Static files: those of the front-end packages by an allow-list, and all with hashed names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class NpmFinder(BaseFinder):
    """Serve exactly the files of `settings.NPM_FILES`: name of ours → path in node_modules."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = settings.NPM_FILES.get(path)
        found = [str(settings.NPM_DIR / source)] if source else []
        found = [place for place in found if Path(place).is_file()]
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        for name, source in settings.NPM_FILES.items():
            yield name, _Renamed(settings.NPM_DIR, {name: source})


class _Renamed(FileSystemStorage):
    """A folder in which some files answer to other names."""

    def __init__(self, location: Path, names: dict[str, str]) -> None:
        super().__init__(location=location)
        self.names = names

    def path(self, name: str) -> str:
        return super().path(self.names.get(name, name))


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashed names also inside module imports; source maps are not shipped, so not looked for.

    Readable by all, unlike uploads: nginx and the portal's own account serve what root collected.
    """

    file_permissions_mode = 0o644
    support_js_module_import_aggregation = True
    patterns = tuple(
        (kind, tuple(p for p in rules if "sourceMappingURL" not in (p[0] if isinstance(p, tuple) else p)))
        for kind, rules in CompressedManifestStaticFilesStorage.patterns
    )
