"""Shorter ways through the engine's inner functions, for what our pages need of them.

They stand in the place of private functions of exactly one version, write the same bytes, and hand
whatever they do not know to the engine's own.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pydyf
from weasyprint import css
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.draw import text as drawing
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import get_font_description

from .economy import replace

MOST_KEPT = 500  # descriptions of faces and contexts, a dozen for each kind of document
EMPTY, UNKNOWN = 0x0FFFFFFF, 0x10000000  # Pango's glyphs for nothing, and for what a face lacks
# Of these the engine derives more than a value, or the value from others.
DERIVED = ("page", "position", "float", "display", "text_decoration_")
# Properties with more to a line than face and size; our stylesheets have none of them.
UNUSED = (
    "text_decoration_line", "font_language_override", "font_kerning", "font_variant_ligatures",
    "font_variant_position", "font_variant_numeric", "font_variant_alternates", "font_variant_east_asian",
    "font_variant_caps", "font_feature_settings",
)  # fmt: skip


# ---- computed styles: most properties of most elements are set nowhere


def _logical(key: str) -> tuple[str, ...]:
    """The names by which a stylesheet can set a physical property according to the text's direction."""
    named = PHYSICAL_FUNCTIONS.get(key)
    return tuple(named(block="ttb", inline=inline) for inline in ("ltr", "rtl")) if named else ()


PLAIN = {
    key: _logical(key)
    for key in INITIAL_VALUES
    if not key.startswith(DERIVED) and (key in INHERITED or key not in INITIAL_NOT_COMPUTED)
}


def computed(style: Any, key: str) -> Any:
    """The value of a property on its first use: the parent's or the initial one where none is given."""
    cascaded, parent = style.cascaded, style.parent_style
    logical = PLAIN.get(key)
    if logical is None or parent is None or key in cascaded or any(name in cascaded for name in logical):
        return _computed(style, key)
    value = style[key] = parent[key] if key in INHERITED else INITIAL_VALUES[key]
    return value


# ---- lines of text: one Pango context and one description for all lines of a style


class Line(line_break.Layout):  # type: ignore[misc]
    """A line's layout. It is kept from where the line was broken to where it is drawn."""

    spaced: Any = None  # what was between the letters when the text was set

    def setup(self, style: Any) -> None:
        """Begin an empty layout in the faces of a style."""
        if any(style[name] != INITIAL_VALUES[name] for name in UNUSED):
            super().setup(style)
            return
        self.style, self.first_line_direction = style, 0
        self.ascent = self.underline_position = self.strikethrough_position = None
        context, self.language, description = _kept(style)
        self.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(self.layout, False)
        pango.pango_layout_set_font_description(self.layout, description)

    def set_text(self, text: str, justify: bool = False) -> None:
        """Set the text and note how it was spaced."""
        super().set_text(text, justify)
        self.spaced = self.style["letter_spacing"], justify and self.justification_spacing

    def deactivate(self) -> None:
        """Keep the layout: the engine would lay every line out once more to draw it."""

    def reactivate(self, style: Any) -> None:
        """Lay out once more only what is spaced in another way by now."""
        if self.spaced != (style["letter_spacing"], self.justification_spacing):
            super().reactivate(style)


def _kept(style: Any) -> tuple[Any, Any, Any]:
    """The context, language and description of a style's text, from the font configuration's own."""
    configuration = style.font_config
    kept = vars(configuration).setdefault("kept", {})
    key = (
        tuple(style["font_family"]), style["font_size"], style["font_style"], style["font_stretch"],
        style["font_weight"], style["font_variation_settings"], style["lang"], style["direction"],
    )  # fmt: skip
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = _begun(style)
    found: tuple[Any, Any, Any] = kept[key]
    return found


def _begun(style: Any) -> tuple[Any, Any, Any]:
    context = ffi.gc(pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    language = pango.pango_language_get_default()
    if style["lang"]:
        named, _text = unicode_to_char_p(style["lang"])
        language = pango.pango_language_from_string(named)
        pango.pango_context_set_language(context, language)
    return context, language, get_font_description(style)


# ---- drawing a line: its glyphs are read at once instead of one by one


def draw_first_line(stream: Any, box: Any, overflow: str, ellipsis: str, matrix: Any) -> list[Any]:
    """Write a line's glyphs into the page; emoji, bitmaps and cut lines are left to the engine."""
    layout = box.pango_layout
    plain = overflow != "ellipsis" and ellipsis == "none" and "\n" not in layout.text
    if not plain or not box.text.strip():
        return list(_draw_first_line(stream, box, overflow, ellipsis, matrix))
    line, _index = layout.get_first_line()
    runs = list(_runs(stream, line.runs[0]))
    if not all(_is_plain(item, font, values) for item, font, _size, values in runs):
        return list(_draw_first_line(stream, box, overflow, ellipsis, matrix))
    stream.set_text_matrix(*matrix.values)
    text, before = "", None
    for item, font, size, values in runs:
        if item.item.analysis.font != before:
            if text:
                stream.show_text(text)
            text, before = "", item.item.analysis.font
            stream.set_font_size(font.hash, size)
        text += _glyphs(stream, layout, item, font, size, values)
    stream.show_text(text)
    return []


def _runs(stream: Any, run: Any) -> Iterator[tuple[Any, Any, float, list[int]]]:
    """Yield each run of a line with its face, size, and five numbers a glyph: glyph, width, x, y, flags."""
    while run != ffi.NULL:
        item = run.data
        font, size = stream.add_font(item.item.analysis.font)
        glyphs = item.glyphs
        body = ffi.buffer(glyphs.glyphs, glyphs.num_glyphs * ffi.sizeof("PangoGlyphInfo"))
        yield item, font, size, memoryview(body).cast("i").tolist()
        run = run.next


def _is_plain(item: Any, font: Any, values: list[int]) -> bool:
    fancy = font.bitmap or font.png or font.svg or font.colr or item.item.analysis.level % 2
    return not fancy and not any(values[2::5]) and not any(values[3::5]) and max(values[::5]) < UNKNOWN


def _glyphs(stream: Any, layout: Any, item: Any, font: Any, size: float, values: list[int]) -> str:
    """The glyphs of a run in hexadecimal, each with how far it is wider or narrower than in its face."""
    known = vars(font).setdefault("written", {})
    parts = ["<"]
    for place, pair in enumerate(zip(values[::5], values[1::5], strict=True)):
        if pair not in known:
            known[pair] = _glyph(stream, layout, item, font, size, place, *pair)
        parts.append(known[pair])
    text = "".join(parts)
    return text[:-1] if text[-1] == "<" else text + ">"


def _glyph(
    stream: Any, layout: Any, item: Any, font: Any, size: float, place: int, glyph: int, width: int
) -> str:
    if glyph == EMPTY:
        return f">{-width / size}<"
    if glyph not in font.to_unicode:
        font.to_unicode[glyph] = _text_of(layout, item, place)
    if glyph not in font.widths:
        pango.pango_font_get_glyph_extents(
            item.item.analysis.font, glyph, stream.ink_rect, stream.logical_rect
        )
        font.widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    closer = font.widths[glyph] - width * 1000 * FROM_UNITS / size
    return f"{glyph:04x}>{int(closer)}<" if closer else f"{glyph:04x}"


def _text_of(layout: Any, item: Any, place: int) -> str:
    """The characters that a glyph stands for."""
    clusters, last = item.glyphs.log_clusters, place == item.glyphs.num_glyphs - 1
    begin, end = clusters[place], item.item.length if last else clusters[place + 1]
    offset = item.item.offset
    return str(layout.text.encode()[offset + begin : offset + end].decode())


# ---- writing numbers


def to_bytes(item: Any) -> bytes:
    """An object of the PDF as it is written."""
    kind = type(item)
    if kind is bytes:
        return bytes(item)
    if kind is float:
        return b"%d" % item if item.is_integer() else (b"%f" % item).rstrip(b"0")
    if kind is int:
        return b"%d" % item
    if kind is str:
        return bytes(item.encode("ascii"))
    return bytes(_to_bytes(item))


_computed: Callable[..., Any] = replace(css.ComputedStyle, "__missing__", computed)
_draw_first_line: Callable[..., Any] = replace(drawing, "draw_first_line", draw_first_line)
_to_bytes: Callable[..., Any] = replace(pydyf, "_to_bytes", to_bytes)
replace(line_break, "Layout", Line)
