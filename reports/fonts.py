"""The faces of official documents: which they are, what they cover, and how they are built.

WeasyPrint writes glyph ids as CIDs, which strict viewers do not draw for CFF faces, and one face
with another ascent moves the 22-line grid. So every face is rebuilt once as TrueType, on 1000
units with the same ascent and descent.
"""

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import uharfbuzz
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError

from .font_sources import FontSourceMissing, download, locate

RECIPE = 1  # raise it when a change below must rebuild the faces
UNITS, ASCENT, DESCENT = 1000, 880, -120
MAX_ERROR = 1.0  # of 1000 units: how far a quadratic outline may leave the cubic one
FANDOL, NOTO = "texlive-lang-chinese", "fonts-noto-cjk"
SIMPLIFIED = 2  # place of the SC face in the Noto CJK collections
PREFIX = "GW "  # keeps fontconfig from taking an installed (CFF) face of the same name
ISSUE_CHARACTERS = "䶮㙍垚堃漷磏镕塬圪垯"
SYMBOLS = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x391, 0x3C9), (0x401, 0x451), (0x2010, 0x2027), (0x2030, 0x205E),
    (0x2070, 0x209C), (0x2103, 0x2103), (0x2105, 0x2126), (0x2150, 0x2188), (0x2190, 0x21FF),
    (0x2200, 0x22FF), (0x2460, 0x24FF), (0x25A0, 0x25FF), (0x2600, 0x2611), (0x2640, 0x2642),
    (0x2713, 0x2717), (0x3000, 0x303F), (0x3200, 0x33FF), (0xFF01, 0xFFEF),
)  # fmt: skip
IDEOGRAPHS = (0x4E00, 0x9FA5)


@dataclass(frozen=True)
class Role:
    """A face's part in a document, the official faces for it, and the open one that stands in."""

    name: str
    official: tuple[str, ...]
    source: str
    package: str
    index: int = 0


ROLES = (
    Role("FangSong", ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong"),
         "FandolFang-Regular.otf", FANDOL),
    Role("Kai", ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi"), "FandolKai-Regular.otf", FANDOL),
    Role("Hei", ("黑体", "SimHei"), "NotoSansCJK-Regular.ttc", NOTO, SIMPLIFIED),
    Role("Song", ("宋体", "SimSun"), "FandolSong-Regular.otf", FANDOL),
    Role("Biao", ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
         "NotoSerifCJK-Bold.ttc", NOTO, SIMPLIFIED),
    Role("Rare", (), "NotoSerifCJK-Regular.ttc", NOTO, SIMPLIFIED),
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """A built face. `family` is its name in stylesheets and in the PDF."""

    role: str
    family: str
    file: str
    official: bool
    sha256: str
    glyphs: int


@dataclass(frozen=True)
class Job:
    """One face to build: from where, which characters, under which name."""

    role: str
    path: str
    index: int
    characters: tuple[int, ...]
    official: bool
    target: str


class FontsNotBuilt(ImproperlyConfigured):
    """The faces were not built; the message names the command that builds them."""


def place_name_characters() -> str:
    """Return the characters beyond GB 2312 in division names, from the file in `data`."""
    text = (Path(__file__).parent / "data/place_name_characters.txt").read_text(encoding="utf-8")
    return "".join(line for line in text.splitlines() if not line.startswith("#"))


@lru_cache
def gb2312() -> frozenset[int]:
    """Return the code points of GB 2312."""
    cells = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    text = b"".join(cells).decode("gb2312", errors="ignore")
    return frozenset(map(ord, text))


@lru_cache
def repertoire() -> frozenset[int]:
    """Return what every face should have: GB 2312, symbols, and the characters of place names."""
    points = set(gb2312()) | set(map(ord, place_name_characters() + ISSUE_CHARACTERS))
    for first, last in SYMBOLS:
        points.update(range(first, last + 1))
    return frozenset(points)


def build(
    fonts_dir: Path | None = None, *, say: Callable[[str], None] = print, force: bool = False
) -> list[Face]:
    """Build the faces into `fonts_dir` and return them; do nothing when they are built already.

    Raises FontSourceMissing, with one line that names what is missing; then nothing has changed.
    """
    folder = Path(fonts_dir or settings.FONTS_DIR)
    recipe = _recipe()
    if not force and _built(folder, recipe):
        say("公文字体已经生成，无需重做")
        return list(_manifest(folder))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        jobs = _jobs(Path(scratch), say)
        faces = list(_run(jobs, say))
        for face in faces:
            os.replace(Path(scratch) / face.file, folder / face.file)
    manifest = {"recipe": recipe, "faces": [asdict(face) for face in faces]}
    partial = folder / f"manifest.{os.getpid()}"
    partial.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(partial, folder / "manifest.json")
    coverage.cache_clear()
    return faces


def _recipe() -> str:
    """Digest what the built faces depend on; the official files by their name, size and time."""
    official = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in _official_files()]
    said = (RECIPE, MAX_ERROR, [asdict(role) for role in ROLES], sorted(repertoire()), official)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _built(folder: Path, recipe: str) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    files = (folder / face["file"] for face in manifest.get("faces", ()))
    return manifest.get("recipe") == recipe and all(path.is_file() for path in files)


def _jobs(scratch: Path, say: Callable[[str], None]) -> list[Job]:
    sources = _sources(scratch, say)
    jobs = list(_official_jobs(scratch))
    wanted = repertoire() | set(range(IDEOGRAPHS[0], IDEOGRAPHS[1] + 1))
    common: frozenset[int] = frozenset()
    for role in ROLES:
        has = _characters(sources[role.source], role.index)
        # The Noto faces draw far more than a title or a heading needs; the Rare face, which comes
        # last in every stack, has what the body face lacks.
        want = wanted - common if role.name == "Rare" else wanted
        points = has & (want if role.package == FANDOL or role.name == "Rare" else repertoire())
        if role.name == "FangSong":
            common = points
        target = str(scratch / f"{role.name}.ttf")
        path = str(sources[role.source])
        jobs.append(Job(role.name, path, role.index, tuple(sorted(points)), False, target))
    return jobs


def _sources(scratch: Path, say: Callable[[str], None]) -> dict[str, Path]:
    names = {role.source: role.package for role in ROLES}
    found = locate(names, getattr(settings, "FONT_SOURCES_DIR", ""))
    for package in sorted(set(names.values())):
        missing = [name for name in names if names[name] == package and name not in found]
        if missing:
            found |= download(package, missing, scratch / package, say)
    return found


def _official_files() -> list[Path]:
    folder = getattr(settings, "OFFICIAL_FONTS_DIR", "")
    if not folder:
        return []
    if not Path(folder).is_dir():
        raise FontSourceMissing(f"OFFICIAL_FONTS_DIR 不是文件夹：{folder}")
    return sorted(p for p in Path(folder).iterdir() if p.suffix.lower() in (".ttf", ".ttc", ".otf"))


def _official_jobs(scratch: Path) -> Iterator[Job]:
    """Yield a job for each role whose official face is in the office's folder."""
    named = [(names, path, index) for path in _official_files() for index, names in _names(path)]
    for role in ROLES:
        for wanted in role.official:
            match = next(((path, i) for names, path, i in named if wanted in names), None)
            if match:
                path, index = match
                points = tuple(sorted(_characters(path, index) - {0}))
                target = str(scratch / f"Official{role.name}.ttf")
                yield Job(role.name, str(path), index, points, True, target)
                break


def _names(path: Path) -> Iterator[tuple[int, set[str]]]:
    """Yield the index and the family, full and PostScript names of each face in a font file."""
    try:
        for index in range(_faces_in(path)):
            with TTFont(path, fontNumber=index, lazy=True) as font:
                records = font["name"].names
                yield index, {r.toUnicode() for r in records if r.nameID in (1, 4, 6, 16)}
    except (TTLibError, OSError, KeyError, AssertionError, struct.error) as error:
        raise FontSourceMissing(f"OFFICIAL_FONTS_DIR 中的 {path.name} 不是可用的字体") from error


def _faces_in(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(12)
    return int.from_bytes(head[8:12], "big") if head[:4] == b"ttcf" else 1


def _characters(path: Path, index: int) -> frozenset[int]:
    blob = uharfbuzz.Blob.from_file_path(str(path))
    return frozenset(uharfbuzz.Face(blob, index).unicodes)


def _run(jobs: list[Job], say: Callable[[str], None]) -> Iterator[Face]:
    """Build on at most two processes; yield the faces in the order of the jobs."""
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for number, face in enumerate(pool.map(build_face, jobs), start=1):
            say(f"[{number}/{len(jobs)}] {face.role}：{face.family}，{face.glyphs} 个字形")
            yield face


def build_face(job: Job) -> Face:
    """Write the TrueType face of a job and return its record."""
    source = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(job.path), job.index)
    font = uharfbuzz.Font(source)
    font.scale = (UNITS, UNITS)
    cubic = "CFF " in source.table_tags or "CFF2" in source.table_tags
    glyphs, widths, characters = {}, {}, {}
    for point in (None, *job.characters):
        name = ".notdef" if point is None else f"u{point:04X}"
        glyph_id = 0 if point is None else font.get_nominal_glyph(point)
        pen = TTGlyphPen(None)
        outline = Cu2QuPen(pen, MAX_ERROR, reverse_direction=True) if cubic else pen
        font.draw_glyph_with_pen(glyph_id, outline)
        glyphs[name] = pen.glyph()
        widths[name] = font.get_glyph_h_advance(glyph_id)
        if point is not None:
            characters[point] = name
    family = _family(Path(job.path), job.index)
    _write(glyphs, widths, characters, family, job.target)
    digest = hashlib.sha256(Path(job.target).read_bytes()).hexdigest()
    return Face(job.role, family, Path(job.target).name, job.official, digest, len(glyphs))


def _family(path: Path, index: int) -> str:
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return PREFIX + (font["name"].getDebugName(6) or path.stem)


def _write(
    glyphs: dict[str, Any], widths: dict[str, int], characters: dict[int, str], family: str, target: str
) -> None:
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(characters)
    builder.setupGlyf(glyphs, calcGlyphBounds=True)
    table = builder.font["glyf"]
    metrics = {name: (width, getattr(table[name], "xMin", 0)) for name, width in widths.items()}
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT, lineGap=0)
    postscript = family.replace(" ", "-")
    builder.setupNameTable(
        {"familyName": family, "styleName": "Regular", "fullName": family, "psName": postscript}
    )
    # One weight for all, so that no engine thickens a light face or looks for a bolder one.
    builder.setupOS2(
        sTypoAscender=ASCENT, sTypoDescender=DESCENT, sTypoLineGap=0,
        usWinAscent=ASCENT, usWinDescent=-DESCENT, usWeightClass=400, fsType=0,
    )  # fmt: skip
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    builder.save(target)


def _manifest(folder: Path) -> Iterator[Face]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FontsNotBuilt(gettext("公文字体尚未生成，请先运行：python manage.py build_fonts")) from error
    for face in manifest["faces"]:
        if not (folder / face["file"]).is_file():
            raise FontsNotBuilt(gettext("公文字体不完整，请重新运行：python manage.py build_fonts"))
        yield Face(**face)


def installed() -> tuple[Face, ...]:
    """Return the built faces, official ones first. Raises FontsNotBuilt."""
    return tuple(sorted(_manifest(Path(settings.FONTS_DIR)), key=lambda face: not face.official))


def stack(role: str, faces: Iterable[Face]) -> tuple[Face, ...]:
    """Return the faces in the order in which a role tries them for each character.

    Every stack ends with all the others, so a character that one face has is always drawn.
    """
    order = {name: place for place, name in enumerate((role, "FangSong", "Rare"))}
    return tuple(sorted(faces, key=lambda face: (order.get(face.role, 9), not face.official)))


@lru_cache(maxsize=16)
def coverage(path: str) -> frozenset[int]:
    """Return the code points that a built face has a glyph for."""
    return _characters(Path(path), 0)
