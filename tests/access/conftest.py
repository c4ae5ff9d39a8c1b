"""Two counties that stand for a whole module, each test undone in them; and an engine that prints at once."""

import hashlib
import io
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation
from PIL import Image

from organization.models import User
from reports import pdf
from reports.actions.documents import rendered
from tests.access.rows import Place
from tests.access.showing import PRINTED
from tests.access.world import make_people, make_place


@dataclass(frozen=True)
class Scene:
    """Where the tests of a module take place."""

    place: Place
    other: Place
    folder: Path


def _render(document: Any, assets: Any = None, verification: Any = None) -> pdf.Rendered:
    """A blank page for each document; what would be on it can be read in `PRINTED`."""
    said = repr(document)
    page = io.BytesIO()
    title = hashlib.sha256(said.encode()).hexdigest()
    Image.new("L", (210, 297), "white").save(page, "PDF", title=title)
    digest = hashlib.sha256(page.getvalue()).hexdigest()
    PRINTED[digest] = said
    return pdf.Rendered(page.getvalue(), digest, 1, ("Blank",))


@pytest.fixture(scope="module")
def quick_pdf() -> Iterator[None]:
    """What is asked here is who gets a document, not how it looks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render", _render)
        patch.setattr(pdf, "check", lambda document: None)
        rendered.cache_clear()
        yield
        rendered.cache_clear()


@pytest.fixture(scope="module")
def scene(
    quick_pdf: None, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Build both counties once: that takes as long as thousands of requests."""
    folder = tmp_path_factory.mktemp("access")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**_folders(folder)), translation.override("zh-hans"):
            place, other = make_place(), make_place(other=True)
        yield Scene(place, other, folder)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def people(scene: Scene, django_db_blocker: Any) -> dict[tuple[str, str], User]:
    with django_db_blocker.unblock():
        return make_people(scene.place, scene.other)


def _folders(folder: Path) -> dict[str, Path]:
    return {
        "MEDIA_ROOT": folder / "media",
        "AUDIT_ANCHOR_DIR": folder / "anchors",
        "AUDIT_KEY_FILE": folder / "audit_key.pem",
    }


@pytest.fixture(autouse=True)
def media_folder(settings: Any, scene: Scene) -> Path:
    """The files of the scene stay where they are from test to test."""
    for name, value in _folders(scene.folder).items():
        setattr(settings, name, value)
    return scene.folder


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """Thousands of refusals are what is wanted here; writing each with its traceback costs half the time."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def counted(request: pytest.FixtureRequest, record_property: Any) -> Iterator[None]:
    """Hand on how much the test asked, also out of a worker's process."""
    count: dict[str, int] = request.module.COUNT
    before = dict(count)
    yield
    for name, now in count.items():
        record_property(f"access {name}", now - before[name])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was asked in all."""
    told: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            told.update(
                {
                    name.removeprefix("access "): count
                    for name, count in getattr(report, "user_properties", [])
                    if name.startswith("access ")
                }
            )
    if told:
        terminalreporter.write_line(f"access: {told['probes']} probes, {told['leaks']} leaks")


@pytest.fixture
def place(scene: Scene, db: None) -> Place:
    return scene.place


@pytest.fixture
def other(scene: Scene, db: None) -> Place:
    return scene.other
