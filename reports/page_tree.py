"""A document's page description as the engine takes it in.

The engine reads any HTML and styles all of it. Ours is well-formed and has two dozen elements: a
parser of XML reads it in a tenth of the time, and `data/base.css` says what they are.
"""

from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

import cssselect2
import weasyprint
from weasyprint.urls import URLFetcher

BASE = Path(__file__).parent / "data/base.css"


class Page(weasyprint.HTML):
    """A well-formed page whose texts are escaped; it has no base address, scripts or styles of its own."""

    def __init__(self, markup: str, fetcher: URLFetcher) -> None:
        """Raise ParseError (xml.etree) for what is not well-formed."""
        self.base_url, self.url_fetcher, self.media_type = None, fetcher, "print"
        root = ET.fromstring(markup)  # noqa: S314 - a template of ours, in which no text can open a declaration
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
        return [_base()]


@lru_cache(maxsize=1)
def _base() -> weasyprint.CSS:
    return weasyprint.CSS(string=BASE.read_text(encoding="utf-8"))
