"""What the tests of documents share: the built faces, and rendered notices read back."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from django.conf import settings

from reports import fonts, pdf
from tests.reports.notices import notice
from tests.reports.pages import Pages


@pytest.fixture(scope="session")
def faces() -> tuple[fonts.Face, ...]:
    """The faces as installed; built now if they are not (half a minute, once)."""
    fonts.build(Path(settings.FONTS_DIR), say=lambda line: None)
    return fonts.installed()


@pytest.fixture(scope="session")
def printed(faces: tuple[fonts.Face, ...]) -> Callable[..., Pages]:
    """Render notice(…) and read it back; the same arguments are rendered once."""
    return lru_cache(lambda count=10, **changes: Pages(pdf.render(notice(count, **changes))))
