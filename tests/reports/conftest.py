"""What the tests of reports share: the built faces, rendered notices read back, a county's round."""

import hashlib
import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from reports import fonts, pdf
from reports.actions.documents import rendered
from reports.document import Notice, digest
from tests.reports.notices import notice
from tests.reports.pages import Pages
from tests.small_stage import Stage, small_stage


@pytest.fixture(scope="session")
def faces() -> tuple[fonts.Face, ...]:
    """The faces as installed; built now if they are not (half a minute, once)."""
    fonts.build(Path(settings.FONTS_DIR), say=lambda line: None)
    return fonts.installed()


@pytest.fixture(scope="session")
def printed(faces: tuple[fonts.Face, ...]) -> Callable[..., Pages]:
    """Render notice(…) and read it back; the same arguments are rendered once."""
    return lru_cache(lambda count=10, **changes: Pages(pdf.render(notice(count, **changes))))


@pytest.fixture(autouse=True)
def long_slices(settings: Any) -> None:
    """One call of a job's work does all there is to do, however slow the machine is in that moment."""
    settings.JOB_SLICE = 600


@pytest.fixture
def stage(db: None) -> Stage:
    """Two townships in the middle of a round on a small standard; nothing is filled yet."""
    return small_stage()


@pytest.fixture
def other(db: None) -> Stage:
    """The same in the county beside it."""
    return small_stage(other=True)


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Notice]]:
    """Stand in for the PDF engine, which costs half a second; collects what it was given."""
    given: list[Notice] = []

    def render(
        document: Notice, assets: Any = None, verification: Any = None, page_begun: Any = None
    ) -> pdf.Rendered:
        given.append(document)
        if page_begun:
            page_begun()
        page = io.BytesIO()
        Image.new("L", (210, 297), "white").save(page, "PDF", title=digest(document))
        body = page.getvalue()
        return pdf.Rendered(body, hashlib.sha256(body).hexdigest(), 1, ("Blank",))

    monkeypatch.setattr(pdf, "render", render)
    monkeypatch.setattr(pdf, "check", lambda document: None)
    rendered.cache_clear()
    yield given
    rendered.cache_clear()
