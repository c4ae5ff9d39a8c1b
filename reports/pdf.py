"""From a frozen document to PDF bytes; with `page_tree` and `shortcuts` all that knows the PDF engine."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import weasyprint
from django.conf import settings
from PIL import ImageFile
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from . import economy, fonts, geometry, pictures
from .document import Document, DocumentRefused, digest, images, texts
from .page_tree import Page
from .typesetting import Format, Typeset, Verification, typeset
from .wording import clean

ENGINE = "70.0"  # the justification below replaces a private function of exactly this version
ARCHIVE = "pdf/a-3b"  # ISO 19005-3: kept for decades, and an incremental signature leaves it so
FACE, ASSET = "face", "asset"
STYLESHEETS = Path(__file__).parent / "data"
MAX_CHARACTERS = 600_000
MAX_IMAGE_BYTES = 64 * 1024 * 1024  # of all pictures of a document together
MAX_PAGES = 500
MAX_SECONDS = 300
WIDEST_GAP = 0.25  # em: a line shorter than this lets it be is not justified
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
    """Hands out the faces and pictures that it was given and aborts the rendering at any other address."""

    def __init__(self, files: Mapping[str, Path], assets: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allowed_protocols=frozenset(), allow_redirects=False)
        self.files, self.assets = files, assets or {}

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """Return a face's or a picture's bytes; no path and no network address is ever opened."""
        scheme, _, key = url.partition(":")
        if scheme == FACE and key in self.files:
            return URLFetcherResponse(url, self.files[key].read_bytes())
        if scheme == ASSET and key in self.assets:
            return URLFetcherResponse(url, self.assets[key])
        raise FatalURLFetchingError(f"refused {url[:60]}")


def _unheard() -> None:
    pass


class Watch(logging.Filter):
    """Ends a rendering that takes too many pages or too long: the engine reports each page it begins."""

    def __init__(self) -> None:
        super().__init__()
        self.running = threading.local()

    @contextmanager
    def over(self, page_begun: Callable[[], object]) -> Iterator[None]:
        """Watch over what this thread renders inside the block."""
        self.running.pages, self.running.until = 0, time.monotonic() + MAX_SECONDS
        self.running.page_begun = page_begun
        try:
            yield
        finally:
            self.running.until, self.running.page_begun = float("inf"), _unheard

    def filter(self, record: logging.LogRecord) -> bool:
        """Count a page; raises DocumentRefused (too_many_pages, too_slow)."""
        if time.monotonic() > getattr(self.running, "until", float("inf")):
            raise DocumentRefused("too_slow", seconds=MAX_SECONDS)
        if "Page %d" in str(record.msg):
            self.running.pages = getattr(self.running, "pages", 0) + 1
            if self.running.pages > MAX_PAGES:
                raise DocumentRefused("too_many_pages", pages=MAX_PAGES)
            getattr(self.running, "page_begun", _unheard)()
        return False


watch = Watch()
progress_logger = logging.getLogger("weasyprint.progress")
progress_logger.setLevel(logging.INFO)
progress_logger.addFilter(watch)


@dataclass(frozen=True)
class Engine:
    """What one process builds once: the faces' stacks, the stylesheets and the font configuration.

    The engine keeps state in its font configuration, so one rendering at a time uses it.
    """

    faces: tuple[fonts.Face, ...]
    configuration: FontConfiguration
    stylesheets: Mapping[str, weasyprint.CSS]
    lock: threading.Lock

    def typeface(self, role: str) -> geometry.Typeface:
        """Return a role's faces for measuring."""
        folder, stack = Path(settings.FONTS_DIR), fonts.stack(role, self.faces)
        return geometry.Typeface(tuple(str(folder / f.file) for f in stack), tuple(f.family for f in stack))


def render(
    document: Document,
    assets: Mapping[str, bytes] | None = None,
    verification: Verification | None = None,
    page_begun: Callable[[], object] = _unheard,
) -> Rendered:
    """Return the document as PDF; the same document, pictures and faces give the same bytes.

    `assets` are the stored bytes of its pictures by their SHA-256 (`reports.document.images`). `page_begun`
    is called as each page begins to be laid out; what it raises ends the rendering.
    Raises FontsNotBuilt, or DocumentRefused: missing_glyph, missing_image, changed_image,
    unreadable_image, too_large, too_many_pages, too_slow.
    """
    engine = _engine(fonts.installed(), str(settings.FONTS_DIR))
    check(document)
    handed = _printable(document, assets or {})
    pages = typeset(document, engine.typeface, verification)
    fetcher = Locked({}, handed | pages.pictures)
    with engine.lock, watch.over(page_begun), economy.without_collector():
        return _rendered(pages, engine, fetcher, digest(document))


def _rendered(pages: Typeset, engine: Engine, fetcher: Locked, identifier: str) -> Rendered:
    """Lay out and write; a function of its own, so that all but the bytes is gone when it returns."""
    laid_out = _laid_out(pages, engine, fetcher)
    # False: the engine would write an identifier of its own for an archive.
    written = laid_out.write_pdf(pdf_variant=ARCHIVE, pdf_tags=True, pdf_identifier=False)
    pdf = economy.identified(written, identifier)
    return Rendered(pdf, hashlib.sha256(pdf).hexdigest(), len(laid_out.pages), _faces_used(laid_out))


def _laid_out(pages: Typeset, engine: Engine, fetcher: Locked) -> weasyprint.Document:
    rules = weasyprint.CSS(string=pages.rules, font_config=engine.configuration, url_fetcher=fetcher)
    sheets = [engine.stylesheets["official"], engine.stylesheets[pages.format], rules]
    return Page(pages.html, fetcher).render(stylesheets=sheets, font_config=engine.configuration)


def _printable(document: Document, assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the document's pictures as they are printed; no picture that it does not name."""
    needed = images(document)
    missing = next((key for key in needed if key not in assets), None)
    if missing is not None:
        raise DocumentRefused("missing_image", image=missing)
    if sum(len(assets[key]) for key in needed) > MAX_IMAGE_BYTES:
        raise DocumentRefused("too_large", megabytes=MAX_IMAGE_BYTES // (1024 * 1024))
    changed = next((key for key in needed if hashlib.sha256(assets[key]).hexdigest() != key), None)
    if changed is not None:
        raise DocumentRefused("changed_image", image=changed)
    return {key: pictures.printable(key, assets[key]) for key in needed}


def warm_up() -> None:
    """Load what every rendering uses: faces, stylesheets, font configuration. Raises FontsNotBuilt."""
    engine = _engine(fonts.installed(), str(settings.FONTS_DIR))
    for face in engine.faces:
        fonts.coverage(str(Path(settings.FONTS_DIR) / face.file))
    with engine.lock:
        page = Page("<html lang='zh-CN'><body><h1>印</h1><p>印</p></body></html>", Locked({}))
        page.write_pdf(stylesheets=[*engine.stylesheets.values()], font_config=engine.configuration)


@lru_cache(maxsize=1)
def _engine(faces: tuple[fonts.Face, ...], folder: str) -> Engine:
    files = {face.file: Path(folder) / face.file for face in faces}
    configuration = FontConfiguration()
    declared = "".join(
        f'@font-face{{font-family:"{face.family}";src:url("{FACE}:{face.file}")}}\n' for face in faces
    )
    stylesheets = {
        name: weasyprint.CSS(
            string=(declared if name == "official" else "") + _stylesheet(name, faces),
            font_config=configuration,
            url_fetcher=Locked(files),
        )
        for name in ("official", *get_args(Format))
    }
    return Engine(faces, configuration, stylesheets, threading.Lock())


def _stylesheet(name: str, faces: tuple[fonts.Face, ...]) -> str:
    """Return a stylesheet with each role's stack in its place."""
    css = (STYLESHEETS / f"{name}.css").read_text(encoding="utf-8")
    for role in fonts.ROLES:
        stack = ", ".join(f'"{face.family}"' for face in fonts.stack(role.name, faces))
        css = css.replace(f"var(--{role.name})", stack)
    return css


def check(document: Document) -> None:
    """Raise DocumentRefused: missing_glyph when no face has a character, too_large for too much text.

    FontsNotBuilt without faces.
    """
    said = list(texts(document))
    if sum(len(text) for _, text in said) > MAX_CHARACTERS:
        raise DocumentRefused("too_large", characters=MAX_CHARACTERS)
    known = _known()
    if set().union(*(map(ord, text) for _, text in said)) <= known:
        return
    for place, text in said:
        for character in text:
            if ord(character) not in known:
                raise DocumentRefused("missing_glyph", place=place, character=character)


def printable(text: str) -> bool:
    """Say whether some face has every character of a text as it would be printed; FontsNotBuilt without."""
    return set(map(ord, clean(text))) <= _known()


def _known() -> frozenset[int]:
    folder = Path(settings.FONTS_DIR)
    return frozenset().union(*(fonts.coverage(str(folder / face.file)) for face in fonts.installed()))


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
    from . import shortcuts  # noqa: F401 - on import they take their places

    economy.replace(inline, "justify_line", justify)
else:
    engine_logger.warning("WeasyPrint is not %s: lines are not justified", ENGINE)
