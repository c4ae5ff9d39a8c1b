"""What ISO 19005-3 (PDF/A-3, level B) asks of a file and a program can tell, as far as our files go there.

No validator for PDF/A can be had as a package of Python or Debian; these are the rules of its clauses
that a file made of text, tables, pictures and an invisible signature could break. `faults` names each break.
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import fontTools.ttLib
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

ACTIONS = {"/GoTo", "/URI", "/Named"}  # of those allowed (6.5.1), the ones that ours may have
FILTERS = {"/FlateDecode", "/DCTDecode"}  # LZW and Crypt are forbidden (6.1.7), others we never write
GRAPHICS = {"/TR", "/TR2", "/HTP", "/HTO"}  # keys that a graphics state may not have (6.2.5)
# Flags of annotations (6.3.2): print; invisible, hidden, no view, toggle.
PRINTED, HIDDEN = 4, 1 | 2 | 32 | 256
BROUGHT = {"/JavaScript", "/EmbeddedFiles", "/AlternatePresentations"}
SUBSTITUTES = {"/Alternates", "/OPI"}
SIMPLE = (Name.Type1, Name.TrueType, Name.Type3)
SHOWING = {"Tj", "TJ", "'", '"'}


def faults(body: bytes) -> list[str]:
    """Return the rules that the file breaks, in words; empty where it breaks none of these."""
    with pikepdf.open(io.BytesIO(body)) as file:
        checks = (_catalog, _metadata, _colors, _objects, _fonts, _annotations)
        return [*_file(body, file), *(fault for check in checks for fault in check(file))]


def _file(body: bytes, file: pikepdf.Pdf) -> Iterator[str]:
    """6.1: header, trailer, encryption, end."""
    if not re.match(rb"%PDF-1\.[4-7]\r?\n%[\x80-\xff]{4}", body):
        yield "6.1.2 header with a comment of four bytes above 127"
    if not body.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield "6.1.3 nothing after the end of the file"
    if file.is_encrypted or "/Encrypt" in file.trailer:
        yield "6.1.3 no encryption"
    if "/ID" not in file.trailer or len(file.trailer.ID) != 2:
        yield "6.1.3 identifier of the file"


def _catalog(file: pikepdf.Pdf) -> Iterator[str]:
    """6.4, 6.5, 6.8, 6.9: nothing that changes, acts or is brought along."""
    for key in ("/OCProperties", "/Requirements", "/AA", "/Collection"):
        if key in file.Root:
            yield f"6.4 to 6.9 no {key} in the catalog"
    if BROUGHT & set(file.Root.get("/Names", Dictionary()).keys()):
        yield "6.5 and 6.8 no scripts and, in ours, no attachments"
    form = file.Root.get("/AcroForm", Dictionary())
    if "/XFA" in form or bool(form.get("/NeedAppearances", False)):
        yield "6.4.1 no XFA, no appearances left to the reader"


def _metadata(file: pikepdf.Pdf) -> Iterator[str]:
    """6.6: the archive's mark, and metadata that say the same twice."""
    if "/Metadata" not in file.Root:
        yield "6.6.2 metadata"
        return
    with file.open_metadata() as said:
        if (said.get("pdfaid:part"), said.get("pdfaid:conformance")) != ("3", "B"):
            yield "6.6.4 part 3, level B"
        pairs = {
            "/Title": "dc:title",
            "/Producer": "pdf:Producer",
            "/Creator": "xmp:CreatorTool",
            "/Keywords": "pdf:Keywords",
        }
        for key, name in pairs.items():
            if key in file.docinfo and str(file.docinfo[key]) != str(said.get(name)):
                yield f"6.6.3 {key} is that of the metadata"
        for key, name in {"/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate"}.items():
            if key in file.docinfo and _moment(str(file.docinfo[key])) != _moment(said.get(name)):
                yield f"6.6.3 {key} is that of the metadata"


def _moment(text: str | None) -> datetime | None:
    digits = re.sub(r"\D", "", text or "")[:14]
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if len(digits) == 14 else None


def _colors(file: pikepdf.Pdf) -> Iterator[str]:
    """6.2.2 to 6.2.4: one output intent of RGB, and no color that it does not cover."""
    intents = list(file.Root.get("/OutputIntents", []))
    if len(intents) != 1 or intents[0].S != "/GTS_PDFA1" or "/DestOutputProfile" not in intents[0]:
        yield "6.2.3 one output intent with its profile"
        return
    profile = intents[0].DestOutputProfile
    head = profile.read_bytes()[:128]
    if head[36:40] != b"acsp" or head[16:20] != b"RGB " or head[8] > 4 or int(profile.N) != 3:
        yield "6.2.2 a profile of RGB, version 4 at most"
    for page in file.pages:
        operators = {str(step.operator) for step in pikepdf.parse_content_stream(page)}
        if operators & {"k", "K"}:
            yield "6.2.4.3 no color of CMYK"
    if any(obj.get("/ColorSpace") == Name.DeviceCMYK for obj in _dictionaries(file)):
        yield "6.2.4.3 no picture of CMYK"


def _objects(file: pikepdf.Pdf) -> Iterator[str]:
    """6.1.7, 6.2.5, 6.2.8, 6.2.9, 6.5: filters, graphics states, pictures, actions."""
    for obj in _dictionaries(file):
        keys, kind = set(obj.keys()), obj.get("/Subtype")
        if isinstance(obj, Stream):
            yield from _stream(obj, keys)
        if obj.get("/Type") == Name.ExtGState and GRAPHICS & keys:
            yield "6.2.5 no transfer functions or halftones"
        if kind == Name.Image and (SUBSTITUTES & keys or bool(obj.get("/Interpolate", False))):
            yield "6.2.8 no alternates and no interpolation"
        if kind == Name.PS or (kind == Name.Form and "/Ref" in keys):
            yield "6.2.9 no PostScript and no reference to another file"
        if obj.get("/Type") == Name.Action and str(obj.S) not in ACTIONS:
            yield f"6.5.1 no action {obj.S}"
        if {"/JS", "/AA"} & keys:
            yield "6.5 nothing that acts by itself"


def _stream(obj: Any, keys: set[str]) -> Iterator[str]:
    filters = obj.get("/Filter", Array())
    for one in filters if isinstance(filters, Array) else [filters]:
        if str(one) not in FILTERS:
            yield f"6.1.7 filter {one}"
    if {"/F", "/FFilter", "/FDecodeParms"} & keys:
        yield "6.1.7 no stream outside the file"


def _fonts(file: pikepdf.Pdf) -> Iterator[str]:
    """6.2.11: embedded programs, their widths, their characters; no glyph that is none."""
    for font in _dictionaries(file):
        if font.get("/Type") == Name.Font and "/DescendantFonts" in font:
            yield from _font(font)
        elif font.get("/Type") == Name.Font and font.get("/Subtype") in SIMPLE:
            yield f"6.2.11.4 {font.get('/BaseFont')} is one of ours"
    for number, page in enumerate(file.pages, start=1):
        for step in pikepdf.parse_content_stream(page):
            if str(step.operator) in SHOWING and b"\0\0" in _codes(step.operands):
                yield f"6.2.11.8 no missing glyph on page {number}"


def _font(font: Any) -> Iterator[str]:
    (inner,) = font.DescendantFonts
    if "/ToUnicode" not in font:
        yield f"6.2.11.7 {font.BaseFont} maps to Unicode"
    if str(font.get("/Encoding")) != "/Identity-H" or inner.get("/CIDToGIDMap") != Name.Identity:
        yield f"6.2.11.3 {font.BaseFont} is encoded by its glyphs"
    if "/FontFile2" not in inner.FontDescriptor:
        yield f"6.2.11.4 {font.BaseFont} is embedded"
    else:
        program = fontTools.ttLib.TTFont(io.BytesIO(inner.FontDescriptor.FontFile2.read_bytes()))
        yield from _widths(inner, program)


def _widths(inner: Any, program: Any) -> Iterator[str]:
    scale = 1000 / program["head"].unitsPerEm
    order, advances = program.getGlyphOrder(), program["hmtx"].metrics
    for glyph, width in _listed(inner.get("/W", [])):
        if glyph >= len(order):
            yield f"6.2.11.4 {inner.BaseFont} has glyph {glyph}"
        elif abs(advances[order[glyph]][0] * scale - width) > 1:
            yield f"6.2.11.5 width of glyph {glyph} of {inner.BaseFont}"


def _listed(widths: Any) -> Iterator[tuple[int, float]]:
    """The glyphs and widths of a /W: `c [w …]` or `first last w`."""
    rest = list(widths)
    while rest:
        first, second = int(rest.pop(0)), rest.pop(0)
        if isinstance(second, Array):
            yield from ((first + place, float(width)) for place, width in enumerate(second))
        else:
            width = float(rest.pop(0))
            yield from ((glyph, width) for glyph in range(first, int(second) + 1))


def _codes(operands: Any) -> set[bytes]:
    """The codes of two bytes in what a text operator shows."""
    shown = operands[-1]
    parts = shown if isinstance(shown, Array) else [shown]
    texts = [bytes(part) for part in parts if isinstance(part, pikepdf.String)]
    return {text[place : place + 2] for text in texts for place in range(0, len(text), 2)}


def _annotations(file: pikepdf.Pdf) -> Iterator[str]:
    """6.3: each is printed as it looks."""
    for page in file.pages:
        for annotation in page.get("/Annots", []):
            flags = int(annotation.get("/F", 0))
            if annotation.Subtype == Name.Popup:
                continue
            if not flags & PRINTED or flags & HIDDEN:
                yield "6.3.2 annotations are printed and not hidden"
            corners = [float(value) for value in annotation.Rect]
            empty = corners[0] == corners[2] and corners[1] == corners[3]
            if annotation.Subtype == Name.Widget and "/AP" not in annotation and not empty:
                yield "6.3.3 annotations have an appearance"


def _dictionaries(file: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream, also those inside others."""
    for obj in file.objects:
        yield from _within(obj)


def _within(obj: Any) -> Iterator[Any]:
    if isinstance(obj, Dictionary | Stream):
        yield obj
        for value in obj.values():
            if isinstance(value, Dictionary | Array) and not value.is_indirect:
                yield from _within(value)
    elif isinstance(obj, Array):
        for value in obj:
            if isinstance(value, Dictionary | Array) and not value.is_indirect:
                yield from _within(value)
