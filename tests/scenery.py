"""Pictures with contours, a different one for each seed, for tests of what photos look like."""

import random

from PIL import Image, ImageDraw, ImageFilter


def scenery(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Blurred blocks of color, as walls, doors and desks are."""
    chance = random.Random(seed)
    picture = Image.new("RGB", size, "gray")
    draw = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        wide, high = chance.randrange(60, 260), chance.randrange(60, 260)
        color = tuple(chance.randrange(256) for _channel in range(3))
        draw.rectangle((x - wide // 2, y - high // 2, x + wide // 2, y + high // 2), fill=color)
    return picture.filter(ImageFilter.GaussianBlur(3))
