"""From a frozen document to PDF bytes; the only module that knows the PDF engine."""

import hashlib
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import weasyprint
from django.conf import settings
from django.template.loader import render_to_string
from PIL import ImageFile
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from . import fonts, geometry
from .document import DocumentRefused, Notice, digest, texts

ENGINE = "70.0"  # the justification below replaces a private function of exactly this version
SCHEME = "face"
STYLESHEET = Path(__file__).parent / "data" / "official.css"
WIDEST_GAP = 0.25  # em: a line shorter than this lets it be is not justified
# Where the engine would break a line and a typesetter would not: before these marks, between a
# number and its unit, inside a clause reference or （暂定）.
UNBROKEN = re.compile(
    "(?<=[^\\s—>])(?=[·～℃‰]|—(?!—))|(?<=[0-9])(?=[年月日号分项个平米])"
    "|(?<=[一二三四五六七八九十])(?=）[0-9])|(?<=）)(?=[0-9])|(?<=（)(?=暂定）)|(?<=暂)(?=定）)"
)
# The engine lets Pillow accept pictures that are cut off, for the whole process: photos that come in too.
ImageFile.LOAD_TRUNCATED_IMAGES = False
engine_logger = logging.getLogger("weasyprint")


@dataclass(frozen=True)
class Rendered:
    """A document as bytes. `faces` are those that its text was really set in."""

    pdf: bytes
    sha256: str
    pages: int
    faces: tuple[str, ...]


class Locked(URLFetcher):
    """Hands out the built faces that it was given and aborts the rendering at any other address."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        super().__init__(allowed_protocols=frozenset(), allow_redirects=False)
        self.files = files

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """Return a face's bytes; no path and no network address is ever opened."""
        scheme, _, key = url.partition(":")
        if scheme == SCHEME and key in self.files:
            return URLFetcherResponse(url, self.files[key].read_bytes())
        raise FatalURLFetchingError(f"refused {url[:60]}")


@dataclass(frozen=True)
class Engine:
    """What one process builds once: the faces' stacks, the stylesheet and the font configuration.

    The engine keeps state in its font configuration, so one rendering at a time uses it.
    """

    faces: tuple[fonts.Face, ...]
    configuration: FontConfiguration
    stylesheet: weasyprint.CSS
    lock: threading.Lock

    def typeface(self, role: str) -> geometry.Typeface:
        """Return a role's faces for measuring."""
        folder = Path(settings.FONTS_DIR)
        return geometry.Typeface(tuple(str(folder / f.file) for f in fonts.stack(role, self.faces)))


def render(document: Notice) -> Rendered:
    """Return the notice as PDF; the same document and faces give the same bytes.

    Raises FontsNotBuilt, or DocumentRefused (missing_glyph) when no face has a character.
    """
    engine = _engine(fonts.installed(), str(settings.FONTS_DIR))
    check(document)
    html = _joined(render_to_string("reports/documents/notice.html", _context(document)))
    with engine.lock:
        measures = weasyprint.CSS(
            string=_measures(document, engine),
            font_config=engine.configuration,
            url_fetcher=Locked({}),
        )
        laid_out = weasyprint.HTML(string=html, url_fetcher=Locked({})).render(
            stylesheets=[engine.stylesheet, measures], font_config=engine.configuration
        )
        pdf = laid_out.write_pdf(pdf_tags=True, pdf_identifier=digest(document).encode())
        faces = _faces_used(laid_out)
    return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), len(laid_out.pages), faces)


@lru_cache(maxsize=1)
def _engine(faces: tuple[fonts.Face, ...], folder: str) -> Engine:
    files = {face.file: Path(folder) / face.file for face in faces}
    configuration = FontConfiguration()
    stylesheet = weasyprint.CSS(
        string=_stylesheet(faces), font_config=configuration, url_fetcher=Locked(files)
    )
    return Engine(faces, configuration, stylesheet, threading.Lock())


def _stylesheet(faces: tuple[fonts.Face, ...]) -> str:
    """Return the stylesheet with the faces declared and each role's stack in its place."""
    css = STYLESHEET.read_text(encoding="utf-8")
    for role in fonts.ROLES:
        stack = ", ".join(f'"{face.family}"' for face in fonts.stack(role.name, faces))
        css = css.replace(f"var(--{role.name})", stack)
    declared = "".join(
        f'@font-face{{font-family:"{face.family}";src:url("{SCHEME}:{face.file}")}}\n' for face in faces
    )
    return declared + css


def _measures(document: Notice, engine: Engine) -> str:
    """Return the rules that depend on the document's texts; only numbers and our own words."""
    body = engine.typeface("FangSong")
    head = geometry.mark(document.mark, engine.typeface("Biao"))
    name, date = geometry.signature_margins(document.signature, document.dated, document.seal, body)
    rule = geometry.rule_margin(document.number.text, body)
    rules = [
        f".mark{{padding-top:{head.above:.3f}pt}}",
        f".mark p{{font-size:{head.size:.3f}pt;width:{head.width:.3f}pt;"
        f"margin-left:{head.indent:.3f}pt;transform:scale({head.scale:.5f},1)}}",
        f".rule{{margin-top:{rule:.3f}pt}}",
        f".signature{{margin-right:{name:.3f}pt}}.dated{{margin-right:{date:.3f}pt}}",
        f".attachment .ordinal{{width:{body.advance('1.'):.4f}em}}",
    ]
    if words := "　".join(_page_words(document)):
        rules.append(f'@page{{@top-center{{content:"{words}"}}}}')
    return "\n".join(rules)


def _page_words(document: Notice) -> list[str]:
    words = ["预览稿，未编号，不得作为正式公文使用"] if document.preview else []
    return [*words, "演示数据，不作为正式公文"] if document.demonstration else words


def _context(document: Notice) -> dict[str, Any]:
    return {
        "document": document,
        "title_lines": geometry.title_lines(document.title),
    }


def _joined(html: str) -> str:
    """Return the page with word joiners in its body where no line may end."""
    head, end, body = html.partition("</head>")
    return head + end + UNBROKEN.sub("\u2060", body)


def check(document: Notice) -> None:
    """Raise DocumentRefused (missing_glyph) when no face has a character; FontsNotBuilt without faces."""
    folder = Path(settings.FONTS_DIR)
    known = frozenset().union(*(fonts.coverage(str(folder / face.file)) for face in fonts.installed()))
    for place, text in texts(document):
        for character in text:
            if ord(character) not in known:
                raise DocumentRefused("missing_glyph", place=place, character=character)


def _faces_used(laid_out: weasyprint.Document) -> tuple[str, ...]:
    """Return the faces in the PDF; a face that is not ours, or an empty box, is a fault here."""
    for font in laid_out.fonts.values():
        if font.missing:
            raise DocumentRefused("missing_glyph", place=(), character=chr(min(font.missing)))
        if not font.family.startswith(fonts.PREFIX):
            raise RuntimeError(f"a face of the system was used: {font.family}")
    return tuple(sorted({font.family.removeprefix(fonts.PREFIX) for font in laid_out.fonts.values()}))


def justify(context: Any, line: Any, extra: float) -> None:
    """Spread a line's characters evenly to the right edge, as Chinese is justified.

    The engine itself widens only spaces, which Chinese text has none of.
    """
    texts_in_line = list(_text_boxes(line))
    characters = sum(len(box.text) for box in texts_in_line)
    if characters < 2:
        return
    gap = extra / (characters - 1)
    if gap > WIDEST_GAP * line.style["font_size"]:
        return
    _spread(line, gap, 0.0)


def _text_boxes(box: Any) -> Any:
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            yield from _text_boxes(child)


def _spread(box: Any, gap: float, shift: float) -> float:
    """Widen the text in a box by `gap` after each character; return the shift for what follows."""
    if isinstance(box, boxes.TextBox):
        box.position_x += shift
        box.width += gap * (len(box.text) - 1)
        box.style = box.style.copy()
        box.style["letter_spacing"] = gap
        return shift + gap * len(box.text)
    if not isinstance(box, boxes.LineBox | boxes.InlineBox):
        box.translate(shift, 0)
        return shift
    before = shift
    if not isinstance(box, boxes.LineBox):
        box.position_x += shift
    for child in box.children:
        if child.is_in_normal_flow():
            shift = _spread(child, gap, shift)
    box.width += shift - before
    return shift


if weasyprint.__version__ == ENGINE:
    inline.justify_line = justify
else:
    engine_logger.warning("WeasyPrint is not %s: lines are not justified", ENGINE)
