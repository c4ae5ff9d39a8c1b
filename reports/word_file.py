"""The frame of a Word file: page, grid, faces, page numbers, and the XML that the library has no words for.

Children of an element stand in the order that the format's schema gives; Word calls a file broken else.
"""

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from .document import Written
from .typesetting import DEMONSTRATION, PREVIEW

SIZE, PITCH = 16.0, 28.95  # points: 3号, and a line of the grid
# Added to each character, so that a line holds 28 of them. Programs read a grid of characters differently.
TIGHTER = -0.25
RED = RGBColor(0xE6, 0x00, 0x12)
# Role: the name that Word looks for first, and the one that takes its place.
FACES = {
    "FangSong": ("仿宋_GB2312", "仿宋"),
    "Kai": ("楷体_GB2312", "楷体"),
    "Hei": ("黑体", "Microsoft YaHei"),
    "Song": ("宋体", "SimSun"),
    "Biao": ("方正小标宋简体", "宋体"),
}
AFTER_BORDERS = (
    "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct",
    "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind",
    "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment",
    "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip
AFTER_SPACING = (
    "w", "kern", "position", "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText",
    "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout", "specVanish", "oMath",
)  # fmt: skip
AFTER_TABLE_BORDERS = ("shd", "tblLayout", "tblCellMar", "tblLook", "tblCaption", "tblDescription")
AFTER_PLACE = (
    "tblOverlap", "bidiVisual", "tblStyleRowBandSize", "tblStyleColBandSize", "tblW", "jc",
    "tblCellSpacing", "tblInd", "tblBorders", *AFTER_TABLE_BORDERS,
)  # fmt: skip


def strip(file: Any) -> None:
    """Take out what the library's template brings and no document needs: a thumbnail, its paragraph."""
    rels = file.part.package.rels
    for key in [key for key, rel in rels.items() if rel.reltype.endswith("/thumbnail")]:
        del rels[key]
    for paragraph in list(file.paragraphs):
        paragraph._p.getparent().remove(paragraph._p)


def set_page(file: Any) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # The dash stands 7 mm below the type area (7.5).
    section.header_distance, section.footer_distance = Mm(15), Mm(35 - 7 - 2.5)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{round(PITCH * 20)}"/>')
    section._sectPr.append(grid)


def set_styles(file: Any) -> None:
    normal = file.styles["Normal"]
    normal.font.size = Pt(SIZE)
    set_face(normal.element.get_or_add_rPr(), "FangSong")
    tighten(normal.element.get_or_add_rPr(), TIGHTER)
    shape = normal.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(PITCH)
    shape.widow_control = False
    for name, role in (("Heading 1", "Hei"), ("Heading 2", "Kai"), ("Title", "Biao")):
        style = file.styles[name]
        style.font.size = Pt(22 if name == "Title" else SIZE)
        style.font.bold, style.font.italic = False, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.keep_with_next = name != "Title"
        for border in style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
        set_face(style.element.get_or_add_rPr(), role)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, other in FACES.values()
    )
    table = file.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table._blob = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    ).encode()


def set_face(properties: Any, role: str) -> None:
    name = FACES[role][0]
    faces = properties.find(qn("w:rFonts"))
    if faces is None:
        faces = parse_xml(f"<w:rFonts {nsdecls('w')}/>")
        properties.insert(0, faces)
    for key in list(faces.attrib):
        del faces.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        faces.set(qn(key), name)
    faces.set(qn("w:hint"), "eastAsia")


def tighten(properties: Any, points: float) -> None:
    """Set the space added to each character of a style or a run."""
    spacing = parse_xml(f'<w:spacing {nsdecls("w")} w:val="{round(points * 20)}"/>')
    properties.insert_element_before(spacing, *(f"w:{name}" for name in AFTER_SPACING))


def off_grid(paragraph: Any) -> None:
    """Let the lines of a table or of small type be closer than the grid's."""
    snap = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
    later = AFTER_BORDERS[AFTER_BORDERS.index("spacing") :]
    paragraph._p.get_or_add_pPr().insert_element_before(snap, *(f"w:{name}" for name in later))


def set_margins(file: Any, document: Written) -> None:
    """Page numbers, odd ones on the right and even ones on the left, one character in (7.5)."""
    file.settings.odd_and_even_pages_header_footer = True
    section = file.sections[0]
    said = ((PREVIEW, document.preview), (DEMONSTRATION, document.demonstration))
    words = "　".join(text for text, shown in said if shown)
    sides = (
        (section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "rightChars"),
        (section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "leftChars"),
    )
    for header, footer, side, indent in sides:
        header.is_linked_to_previous = footer.is_linked_to_previous = False
        head, foot = header.paragraphs[0], footer.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if words:
            run = head.add_run(words)
            run.font.size, run.font.color.rgb = Pt(12), RGBColor(0xB3, 0x26, 0x1E)
            set_face(run._r.get_or_add_rPr(), "Hei")
        foot.alignment = side
        foot.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        set_indent(foot, **{indent: 100})
        for text in ("— ", None, " —"):
            run = foot.add_run(text or "")
            run.font.size = Pt(14)
            set_face(run._r.get_or_add_rPr(), "Song")
            if text is None:
                _field(run, "PAGE")


def _field(run: Any, name: str) -> None:
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        if kind:
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'))
        else:
            run._r.append(
                parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve"> {text} </w:instrText>')
            )


def set_indent(paragraph: Any, **hundredths: float) -> None:
    """Indent in hundredths of a character, and in points for who does not know characters."""
    element = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for name, value in hundredths.items():
        element.set(qn(f"w:{name}"), str(round(value)))
        element.set(qn(f"w:{name.removesuffix('Chars')}"), str(round(value / 100 * 442.2 / 28 * 20)))


def rule_below(paragraph: Any) -> None:
    """A red rule of 1.5 points 4 mm below a paragraph (7.2.7)."""
    rule = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="11" w:color="E60012"/></w:pBdr>'
    )
    paragraph._p.get_or_add_pPr().insert_element_before(rule, *(f"w:{name}" for name in AFTER_BORDERS))


def place_at_foot(table: Any) -> None:
    """Put a table at the type area's lower edge, with the rules of the imprint block (7.4.1)."""
    properties = table._tbl.tblPr
    for border in properties.findall(qn("w:tblBorders")):
        properties.remove(border)
    properties.insert_element_before(
        parse_xml(
            f'<w:tblBorders {nsdecls("w")}><w:top w:val="single" w:sz="8" w:color="000000"/>'
            '<w:bottom w:val="single" w:sz="8" w:color="000000"/>'
            '<w:insideH w:val="single" w:sz="6" w:color="000000"/></w:tblBorders>'
        ),
        *(f"w:{name}" for name in AFTER_TABLE_BORDERS),
    )
    properties.insert_element_before(
        parse_xml(
            f'<w:tblpPr {nsdecls("w")} w:vertAnchor="margin" w:horzAnchor="margin" w:tblpX="1" '
            'w:tblpYSpec="bottom"/>'
        ),
        *(f"w:{name}" for name in AFTER_PLACE),
    )
