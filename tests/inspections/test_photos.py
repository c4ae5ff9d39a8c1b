"""What a phone sent becomes a photo that is safe to keep, or is refused."""

import hashlib
import io
import random
import struct
import tracemalloc
import zlib
from datetime import datetime

import pytest
from django.utils import timezone
from PIL import Image

import reports.pdf
from inspections.photos import prepare
from organization.problems import Problem
from tests.small_stage import encoded, jpeg

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def ready(body: bytes):
    return prepare(io.BytesIO(body), len(body))


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def camera_photo(orientation: int = 1) -> bytes:
    """A photo as a phone takes it: red on the left, blue on the right, with place, time and maker."""
    picture = Image.new("RGB", (80, 40), "red")
    picture.paste("blue", (40, 0, 80, 40))
    exif = picture.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = "Secretmaker"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:12 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 55.0, 12.0), 3: "E", 4: (114.0, 21.0, 30.0)})
    return encoded(picture, "JPEG", quality=95, exif=exif)


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims to be so large and holds almost nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def test_stored_bytes_are_encoded_anew_and_named_by_their_hash() -> None:
    body = jpeg()
    photo = ready(body)
    assert photo.sha256 == hashlib.sha256(photo.body).hexdigest()
    assert photo.received_sha256 == hashlib.sha256(body).hexdigest()
    assert photo.sha256 != photo.received_sha256
    assert opened(photo.body).format == opened(photo.thumbnail).format == "JPEG"
    assert (photo.width, photo.height) == (64, 48)


def test_metadata_is_stripped_place_and_maker_with_it() -> None:
    photo = ready(camera_photo())
    for body in (photo.body, photo.thumbnail):
        picture = opened(body)
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"Secretmaker" not in body
        assert b"Exif" not in body


def test_time_of_the_camera_is_kept_beside_the_photo() -> None:
    local = datetime(2026, 11, 12, 9, 30, tzinfo=timezone.get_default_timezone())
    assert ready(camera_photo()).taken_at == local
    assert ready(jpeg()).taken_at is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_is_turned_upright(orientation: int) -> None:
    """Orientation 6 is a phone held upright: what the file has at its left belongs at the top."""
    photo = ready(camera_photo(orientation))
    assert (photo.width, photo.height) == ((80, 40) if orientation < 5 else (40, 80))
    red = {1: (5, 20), 2: (75, 20), 3: (75, 20), 4: (5, 20), 5: (20, 5), 6: (20, 5), 7: (20, 75), 8: (20, 75)}
    for body, scale in ((photo.body, 1), (photo.thumbnail, 1)):
        r, _g, b = opened(body).getpixel(tuple(scale * n for n in red[orientation]))
        assert r > 200 > 60 > b


def test_large_photo_is_made_smaller_and_thumbnail_small() -> None:
    photo = ready(jpeg(size=(3000, 2000)))
    assert (photo.width, photo.height) == (1600, 1067)
    assert max(opened(photo.thumbnail).size) == 320


@pytest.mark.parametrize(
    "body",
    [
        encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), "PNG"),
        encoded(Image.new("LA", (20, 20), (9, 0)), "PNG"),
        encoded(Image.new("P", (20, 20)), "PNG", transparency=0),
        encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "WEBP"),
    ],
)
def test_what_is_transparent_becomes_white_paper(body: bytes) -> None:
    assert opened(ready(body).body).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "1", "CMYK", "RGB", "P", "I;16"])
def test_pictures_of_every_color_mode_are_taken(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(ready(encoded(Image.new(mode, (9, 9)), form)).body).mode == "RGB"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"this is a text file named photo.jpg",
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"\xff\xd8\xff\xe0" + bytes(100),
        jpeg()[:200],
        encoded(Image.new("RGB", (9, 9)), "GIF"),
        encoded(Image.new("RGB", (9, 9)), "BMP"),
        encoded(Image.new("RGB", (9, 9)), "TIFF"),
        encoded(Image.new("RGB", (9, 9)), "PDF"),
    ],
    ids=["empty", "text", "svg", "xml-svg", "broken", "cut", "gif", "bmp", "tiff", "pdf"],
)
def test_file_that_is_no_photo_is_refused(body: bytes) -> None:
    with pytest.raises(Problem, match="不是能识别的照片") as caught:
        ready(body)
    assert caught.value.field == "photo"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(10_000, 5_001), (60_000, 60_000), (2_000_000, 100)])
def test_bomb_is_refused_before_it_unpacks(size: tuple[int, int]) -> None:
    with pytest.raises(Problem, match="百万像素"):
        ready(png_of(*size))


def test_text_packed_into_a_picture_is_refused_before_it_unpacks() -> None:
    # The PDF engine, once loaded, must not make Pillow take what it would refuse.
    assert reports.pdf
    packed = b"zTXt" + b"note\x00\x00" + zlib.compress(bytes(100_000_000), 9)
    chunk = struct.pack(">I", len(packed) - 4) + packed + struct.pack(">I", zlib.crc32(packed))
    body = encoded(Image.effect_noise((9, 9), 50), "PNG")
    tracemalloc.start()
    with pytest.raises(Problem, match="不是能识别的照片"):
        ready(body[:33] + chunk + body[33:])
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_photo_that_is_cut_off_is_refused() -> None:
    assert reports.pdf
    body = encoded(Image.effect_noise((200, 200), 50), "JPEG")
    with pytest.raises(Problem, match="不是能识别的照片"):
        ready(body[: len(body) // 2])


def test_file_that_is_too_large_is_refused_unread(settings) -> None:
    settings.PHOTO_MAX_BYTES = 2 * 1024 * 1024

    class Unread(io.BytesIO):
        def read(self, *args: object) -> bytes:
            raise AssertionError

    with pytest.raises(Problem, match="超过 2 MB"):
        prepare(Unread(), 2 * 1024 * 1024 + 1)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_spoiled_photos_are_refused_or_read_never_an_error() -> None:
    chance = random.Random(7)
    alpha = Image.effect_noise((40, 40), 90).convert("RGBA")
    sources = [camera_photo(6), encoded(alpha, "PNG"), encoded(alpha, "WEBP")]
    refused = 0
    for turn in range(240):
        body = bytearray(sources[turn % 3])
        for _ in range(chance.randint(1, 12)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            ready(bytes(body[: chance.choice([len(body), chance.randrange(1, len(body))])]))
        except Problem:
            refused += 1
    assert 60 < refused < 240
