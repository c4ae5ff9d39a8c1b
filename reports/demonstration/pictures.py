"""Drawn scenes that stand in for an inspector's photos; nobody and nothing real is in them."""

import io
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 960
Draw = ImageDraw.ImageDraw
Color = tuple[int, int, int]


def photo(scene: str, seed: str) -> bytes:
    """A JPEG of one of `SCENES`; another seed gives other light and furniture."""
    chance = random.Random(f"{scene}|{seed}")  # noqa: S311 - nothing secret hangs on it
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    SCENES[scene](ImageDraw.Draw(image), chance)
    light = Image.new("RGB", image.size, chance.choice([(255, 244, 224), (226, 238, 255), (240, 240, 236)]))
    image = Image.blend(image, light, 0.12).filter(ImageFilter.GaussianBlur(1.1))
    grain = Image.effect_noise(image.size, 18).convert("RGB")
    image = Image.blend(image, grain, 0.06)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _room(draw: Draw, chance: random.Random) -> int:
    """Wall, floor with tiles in perspective; returns where the floor begins."""
    edge = chance.randint(560, 620)
    _shade(draw, (0, 0, WIDTH, edge), (231, 228, 218), (214, 210, 199))
    _shade(draw, (0, edge, WIDTH, HEIGHT), (176, 172, 163), (201, 197, 188))
    for step in range(-12, 13):
        draw.line([(640 + step * 70, edge), (640 + step * 260, HEIGHT)], (160, 156, 147), 2)
    for row in range(1, 6):
        y = edge + int((HEIGHT - edge) * (row / 6) ** 1.6)
        draw.line([(0, y), (WIDTH, y)], (160, 156, 147), 2)
    draw.rectangle((0, edge - 14, WIDTH, edge), (150, 140, 124))
    return edge


def _hall(draw: Draw, chance: random.Random) -> None:
    """A hall with windows along a counter and a row of seats."""
    edge = _room(draw, chance)
    for lamp in range(4):
        draw.rounded_rectangle((90 + lamp * 310, 40, 290 + lamp * 310, 62), 6, (252, 252, 246))
    draw.polygon([(60, 470), (1220, 470), (1260, edge + 60), (20, edge + 60)], (124, 92, 62))
    draw.polygon([(60, 470), (1220, 470), (1230, 492), (50, 492)], (164, 126, 88))
    count = chance.randint(3, 5)
    for place in range(count):
        x = 110 + place * (1060 // count)
        draw.rectangle((x, 250, x + 8, 470), (176, 180, 182))
        draw.rectangle((x + 60, 400, x + 150, 462), (52, 58, 64))
        draw.rectangle((x + 66, 406, x + 144, 454), chance.choice([(92, 128, 168), (70, 84, 98)]))
        draw.rectangle((x + 96, 462, x + 114, 472), (52, 58, 64))
        draw.rectangle((x + 20, 170, x + 190, 215), (168, 44, 40))
    for seat in range(6):
        x = 150 + seat * 170
        draw.rounded_rectangle((x, 760, x + 130, 800), 10, (84, 104, 122))
        draw.rounded_rectangle((x + 6, 690, x + 124, 762), 12, (96, 118, 138))
        draw.line([(x + 20, 800), (x + 14, 872)], (60, 62, 64), 6)
        draw.line([(x + 110, 800), (x + 116, 872)], (60, 62, 64), 6)


def _steps(draw: Draw, chance: random.Random) -> None:
    """An entrance with three steps and no ramp."""
    _shade(draw, (0, 0, WIDTH, 240), (168, 198, 224), (214, 226, 232))
    wall = chance.choice([(222, 208, 186), (206, 198, 190), (226, 220, 206)])
    draw.rectangle((0, 160, WIDTH, 720), wall)
    draw.rectangle((0, 720, WIDTH, 906), (178, 166, 150))
    draw.rectangle((0, 140, WIDTH, 176), (150, 66, 52))
    draw.rectangle((400, 250, 880, 720), (92, 104, 112))
    for pane in (412, 646):
        draw.rectangle((pane, 262, pane + 222, 708), (150, 178, 190))
        draw.polygon([(pane, 708), (pane + 120, 262), (pane + 180, 262), (pane + 60, 708)], (176, 200, 208))
    draw.rectangle((618, 470, 628, 540), (60, 64, 66))
    draw.rectangle((652, 470, 662, 540), (60, 64, 66))
    for window in (80, 1010):
        draw.rectangle((window, 300, window + 190, 540), (120, 140, 152))
        draw.line([(window + 95, 300), (window + 95, 540)], (226, 224, 218), 8)
    for step in range(3):
        y, grow = 720 + step * 62, step * 46
        draw.rectangle((330 - grow, y, 950 + grow, y + 24), (206, 202, 194))
        draw.rectangle((330 - grow, y + 24, 950 + grow, y + 62), (160, 156, 148))
    draw.rectangle((0, 906, WIDTH, HEIGHT), (136, 134, 128))
    draw.ellipse((1040, 640, 1180, 800), (86, 122, 74))
    draw.rectangle((1080, 780, 1140, 900), (142, 88, 62))


def _extinguishers(draw: Draw, chance: random.Random) -> None:
    """Fire extinguishers in a corner."""
    edge = _room(draw, chance)
    base = edge + 190
    for place in range(chance.randint(1, 3)):
        x = 360 + place * 210
        draw.ellipse((x - 12, base - 12, x + 132, base + 26), (140, 136, 128))
        draw.rounded_rectangle((x, base - 330, x + 120, base), 44, (186, 32, 30))
        draw.rounded_rectangle((x + 14, base - 318, x + 34, base - 16), 10, (222, 96, 88))
        draw.rectangle((x + 26, base - 220, x + 96, base - 120), (238, 232, 214))
        draw.rectangle((x + 46, base - 372, x + 74, base - 322), (44, 46, 48))
        draw.line([(x + 60, base - 372), (x + 128, base - 396)], (44, 46, 48), 14)
        draw.arc((x + 54, base - 380, x + 196, base - 120), 300, 110, (36, 38, 40), 10)
        draw.ellipse((x + 22, base - 368, x + 48, base - 342), (236, 236, 230))


def _board(draw: Draw, chance: random.Random) -> None:
    """A notice board with several frames empty."""
    _room(draw, chance)
    draw.rectangle((170, 120, 1110, 500), (116, 84, 58))
    draw.rectangle((186, 136, 1094, 484), (66, 104, 92))
    for place in range(8):
        x, y = 214 + (place % 4) * 218, 156 + (place // 4) * 160
        if chance.random() < 0.45:
            draw.rectangle((x, y, x + 190, y + 140), outline=(150, 176, 166), width=3)
            continue
        draw.rectangle((x, y, x + 190, y + 140), (244, 242, 234))
        for line in range(6):
            length = chance.randint(80, 160)
            draw.line(
                [(x + 14, y + 22 + line * 19), (x + 14 + length, y + 22 + line * 19)], (120, 122, 124), 4
            )
    draw.rounded_rectangle((420, 700, 860, 730), 8, (150, 112, 74))
    for leg in (450, 820):
        draw.rectangle((leg, 730, leg + 16, 880), (96, 70, 48))


def _shade(draw: Draw, box: tuple[int, int, int, int], top: Color, bottom: Color) -> None:
    left, upper, right, lower = box
    for y in range(upper, lower):
        share = (y - upper) / max(1, lower - upper)
        shade = tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        draw.line([(left, y), (right, y)], shade)


SCENES: dict[str, Callable[[Draw, random.Random], None]] = {
    "hall": _hall,
    "steps": _steps,
    "extinguishers": _extinguishers,
    "board": _board,
}
# What an inspector would photograph beside which item.
OF_ITEM = {
    "site.open_hall": "hall",
    "site.zones": "hall",
    "site.barrier_free_path": "steps",
    "site.name_township": "steps",
    "site.name_village": "steps",
    "site.notices": "board",
    "site.inside_signs": "board",
    "systems.guides": "board",
    "facilities.fire_equipment": "extinguishers",
}
