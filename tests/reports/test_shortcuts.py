"""What is done in a shorter way than the engine's gives the same documents."""

from typing import Any

import pydyf
import pytest
import weasyprint
from django.conf import settings
from weasyprint.layout import inline
from weasyprint.text import line_break

from reports import economy, fonts, pdf, shortcuts
from reports.page_tree import Page
from tests.reports.samples import ASSETS, VERIFICATION, samples

KINDS = sorted(samples())


def rendered(kind: str) -> bytes:
    return pdf.render(samples()[kind], ASSETS, VERIFICATION).pdf


@pytest.mark.parametrize("kind", KINDS)
def test_shortcuts_write_the_bytes_that_the_engine_writes(
    kind: str, faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = rendered(kind)
    pdf._engine.cache_clear()
    with economy.stock(), monkeypatch.context() as patch:
        # These two are meant to make a difference.
        patch.setattr(inline, "justify_line", pdf.justify)
        patch.setattr(pydyf, "zlib", economy.Lightly)
        patch.setattr(
            pdf, "Page", lambda markup, fetcher: weasyprint.HTML(string=markup, url_fetcher=fetcher)
        )
        assert line_break.Layout is not shortcuts.Line
        theirs = rendered(kind)
    pdf._engine.cache_clear()
    assert ours == theirs


def test_engine_is_as_published_inside_and_ours_again_outside() -> None:
    with economy.stock():
        assert pydyf.zlib is not economy.Lightly
        assert inline.justify_line is not pdf.justify
    assert pydyf.zlib is economy.Lightly
    assert inline.justify_line is pdf.justify
    assert line_break.Layout is shortcuts.Line


def test_what_the_shortcut_does_not_know_is_left_to_the_engine(faces: tuple[fonts.Face, ...]) -> None:
    markup = (
        "<html lang='zh-CN'><body><p style='text-decoration:underline'>印章</p>"
        "<p style='width:40px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap'>便民服务中心</p>"
        "<p style='font-kerning:none' dir='rtl'>AV</p></body></html>"
    )
    engine = pdf._engine(fonts.installed(), str(settings.FONTS_DIR))

    def written() -> Any:
        page = Page(markup, pdf.Locked({}))
        return page.write_pdf(stylesheets=[engine.stylesheets["official"]], font_config=engine.configuration)

    ours = written()
    with economy.stock():
        pydyf.zlib, theirs_zlib = economy.Lightly, pydyf.zlib
        try:
            theirs = written()
        finally:
            pydyf.zlib = theirs_zlib
    assert ours == theirs


def test_page_that_is_not_well_formed_is_a_fault_of_ours() -> None:
    with pytest.raises(SyntaxError):
        Page("<html><body><p>印</body></html>", pdf.Locked({}))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.5, b"1.5"),
        (2.0, b"2"),
        (-0.25, b"-0.25"),
        (7, b"7"),
        ("/Name", b"/Name"),
        (b"q", b"q"),
        (True, b"True"),
    ],
)
def test_numbers_and_names_are_written_as_ever(value: Any, written: bytes) -> None:
    assert shortcuts.to_bytes(value) == shortcuts._to_bytes(value) == written
