"""Hostile texts in every field of every kind: printed as text, nothing fetched, nothing broken."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
import weasyprint
from weasyprint.urls import FatalURLFetchingError

from reports import fonts, pdf
from reports.document import KINDS, DocumentRefused, Table, texts
from reports.document.plain import NOT_PRINTED
from reports.refusals import explain
from reports.typesetting import typeset
from tests.reports.notices import notice
from tests.reports.pages import Pages
from tests.reports.samples import ASSETS, VERIFICATION, ledger, samples

HOSTILE = (
    '"><img src="http://127.0.0.1:9/x.png"><link rel="attachment" href="file:///etc/passwd">'
    "</td></table></title><script>alert(1)</script><style>*{display:none}</style>"
    "<svg><image href='http://127.0.0.1:9/'/></svg>{{ document }}{% now %}&amp;]]>"
)
MARKUP = re.compile(r"<(img|link|script|style|svg|image|object|iframe|embed)\b[^>]*>")


def spoiled(value: Any, name: str = "") -> Any:
    """The same document with the hostile text in every text that is printed."""
    if isinstance(value, str):
        return value if name in NOT_PRINTED else HOSTILE
    if isinstance(value, tuple):
        return tuple(spoiled(each, name) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: spoiled(getattr(value, f.name), f.name) for f in fields(value)})
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_every_field_adds_no_element(faces: tuple[fonts.Face, ...], kind: str) -> None:
    document = samples()[kind]
    spoilt = spoiled(document)
    assert all(text == HOSTILE for _, text in texts(spoilt))
    engine = pdf._engine(fonts.installed(), str(fonts.settings.FONTS_DIR))
    plain, hostile = (typeset(d, engine.typeface, VERIFICATION) for d in (document, spoilt))
    assert MARKUP.findall(hostile.html) == MARKUP.findall(plain.html)
    assert "http://127.0.0.1" not in re.sub(r"&quot;|&#x27;", "", "".join(MARKUP.findall(hostile.html)))
    assert "display:none" not in hostile.rules
    for picture in hostile.pictures.values():
        assert b"<img" not in picture
        assert b"<image" not in picture


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_in_every_field_is_printed_and_nothing_is_fetched(
    faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked: list[str] = []
    fetch = pdf.Locked.fetch

    def watched(self: pdf.Locked, url: str, headers: Any = None) -> Any:
        asked.append(url)
        return fetch(self, url, headers)

    monkeypatch.setattr(pdf.Locked, "fetch", watched)
    rendered = pdf.render(spoiled(shortened(samples()[kind])), ASSETS, VERIFICATION)
    assert {url.partition(":")[0] for url in asked} <= {"face", "asset"}
    assert b"EmbeddedFile" not in rendered.pdf
    assert b"/URI" not in rendered.pdf
    assert "file:///etc/passwd" in "".join(Pages(rendered).text.split())


def shortened(value: Any) -> Any:
    """The same document with two of everything at most: hostile texts are long."""
    if isinstance(value, Table):
        return replace(value, rows=value.rows[:2])
    if isinstance(value, tuple):
        return tuple(shortened(each) for each in value[:2])
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: shortened(getattr(value, f.name)) for f in fields(value)})
    return value


@pytest.mark.parametrize("key", ["http://127.0.0.1:9/x.png", "../key", "file:///etc/passwd", "code"])
def test_picture_under_a_hostile_name_is_refused(faces: tuple[fonts.Face, ...], key: str) -> None:
    document = samples()["notice"]
    spoilt = replace(document, seal_image=replace(document.seal_image, image=key))
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(spoilt, ASSETS)
    assert refused.value.code == "missing_image"


@pytest.mark.parametrize("url", ["asset:../secret_key", "asset:", "asset:b", "ASSET:photo", "asset:photo/x"])
def test_locked_fetcher_hands_out_pictures_by_their_exact_name_only(url: str) -> None:
    locked = pdf.Locked({}, {"photo": b"bytes"})
    with pytest.raises(FatalURLFetchingError):
        locked.fetch(url)
    assert locked.fetch("asset:photo").read() == b"bytes"


def test_picture_that_asks_for_more_gets_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """An SVG that names a file; none that came from outside is ever printed, only our charts and codes."""
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" '
        b'height="9"><image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>'
    )
    page = weasyprint.HTML(string='<img src="asset:x">', url_fetcher=pdf.Locked({}, {"x": svg}))
    assert b"root:" not in page.write_pdf(uncompressed_pdf=True)
    assert "Failed to render SVG image" in caplog.text


# ---- limits


def test_time_left_over_from_one_rendering_does_not_end_the_next(
    faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pdf.render(notice(1)).sha256
    clock = pdf.time.monotonic
    monkeypatch.setattr(pdf.time, "monotonic", lambda: clock() + 10 * pdf.MAX_SECONDS)
    assert pdf.render(notice(1)).sha256 == before


def test_too_much_text_is_refused_before_anything_is_laid_out(faces: tuple[fonts.Face, ...]) -> None:
    document = replace(notice(1), opening=("长" * (pdf.MAX_CHARACTERS + 1),))
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(document)
    assert explain(refused.value) == "公文的内容太多，超过了一份公文的上限，请分成几份。"


def test_too_many_pages_are_refused(faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 3)
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(ledger())
    assert explain(refused.value) == "公文超过3页，请分成几份。"


def test_rendering_that_takes_too_long_is_ended(
    faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MAX_SECONDS", 0)
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(ledger())
    assert explain(refused.value) == "公文排版超过0秒仍未完成，已经停止。请减少内容后再试。"


def test_document_after_a_refused_one_is_rendered_as_ever(
    faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pdf.render(notice(1)).sha256
    with monkeypatch.context() as limits:
        limits.setattr(pdf, "MAX_PAGES", 1)
        with pytest.raises(DocumentRefused):
            pdf.render(notice(1))
    assert pdf.render(notice(1)).sha256 == before
