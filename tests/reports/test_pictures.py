"""Pictures before they are printed: formats, bounds, nothing but pixels."""

import io
from typing import Any

import pytest
from PIL import Image

from reports import fonts, pdf, pictures
from reports.document import DocumentRefused
from reports.refusals import explain
from tests.reports.notices import notice
from tests.reports.pages import MM, Pages
from tests.reports.samples import ASSETS, PHOTOS, jpeg, opinion, photo, seal_png, with_photos


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def test_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    made = opened(pictures.printable("k", jpeg(1, size=(2400, 1600))))
    assert made.size == (800, 533)
    assert made.format == "JPEG"


def test_small_photo_is_not_made_larger() -> None:
    assert opened(pictures.printable("k", jpeg(1, size=(320, 240)))).size == (320, 240)


def test_metadata_is_left_behind() -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera of Zhang"
    exif.get_ifd(0x8825)[1] = "N"
    body = pictures.printable("k", jpeg(1, exif=exif, comment=b"secret note"))
    assert not opened(body).getexif()
    assert b"Zhang" not in body
    assert b"secret" not in body


def test_transparent_picture_stays_transparent() -> None:
    made = opened(pictures.printable("k", seal_png(2000)))
    assert (made.format, made.mode) == ("PNG", "RGBA")
    assert max(made.size) == pictures.SEAL_EDGE
    assert made.getpixel((300, 300))[3] == 0


def test_same_bytes_give_the_same_picture() -> None:
    assert pictures.printable("k", jpeg(3)) == pictures.printable("k", jpeg(3))


@pytest.mark.parametrize(
    "body",
    [b"", b"<svg/>", b"GIF89a" + b"\0" * 40, jpeg(1)[:400], b"\x89PNG\r\n\x1a\n" + b"\0" * 30],
    ids=["empty", "svg", "gif", "cut off", "broken png"],
)
def test_what_is_no_sound_photo_is_refused(body: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        pictures.printable("5f3a", body)
    assert (
        explain(refused.value) == "公文要用的一张图片（编号 5f3a）不是完好的 JPEG 或 PNG 图片，请重新上传。"
    )


def test_picture_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    with pytest.raises(DocumentRefused, match="unreadable_image"):
        pictures.printable("k", jpeg(1))


# ---- on paper


@pytest.fixture(scope="module")
def evidence(faces: tuple[fonts.Face, ...]) -> Pages:
    return Pages(pdf.render(notice(facts=with_photos()), ASSETS))


def annex_pages(pages: Pages, title: str) -> list[int]:
    first = next(n for n in range(1, len(pages) + 1) if pages.lines(n)[1].text == title)
    return [n for n in range(first, len(pages) + 1) if pages.plumbed.pages[n - 1].images]


def test_photos_stand_in_their_annex_in_the_order_of_the_findings(evidence: Pages) -> None:
    found = annex_pages(evidence, "佐证照片")
    images = [image for n in found for image in evidence.plumbed.pages[n - 1].images]
    assert len(images) == 6
    text = "".join(evidence.text.split())
    places = [text.index(f"问题{n}") for n in range(1, 6)]
    assert places == sorted(places)
    assert "问题2周边道路未设置外部导向标识（2026年11月12日9:01拍摄）" in text


def test_photos_are_bounded_in_the_type_area_and_not_distorted(evidence: Pages) -> None:
    for page in evidence.plumbed.pages:
        for image in page.images:
            assert image["x0"] / MM >= 28
            assert image["x1"] / MM <= 184
            assert image["width"] / MM <= 74.1
            assert image["height"] / MM <= 56.1
            assert image["width"] / image["height"] == pytest.approx(640 / 480, rel=0.01)


def test_caption_is_below_its_photo_on_the_same_page(evidence: Pages) -> None:
    for n in annex_pages(evidence, "佐证照片"):
        page = evidence.plumbed.pages[n - 1]
        captions = [line for line in evidence.lines(n) if "问题" in line.text and line.size < 10]
        for image in page.images:
            below = [c.baseline - image["bottom"] / MM for c in captions if c.baseline > image["bottom"] / MM]
            assert min(below) < 8


def test_imprint_stands_at_the_foot_of_the_last_page_of_photos(evidence: Pages) -> None:
    last = len(evidence)
    assert "注：照片按问题清单的序号排列" in "".join(line.text for line in evidence.lines(last))
    rules = [row for row in evidence.ink(last, dpi=600) if 230 < row[0] < 263 and row[2] - row[1] > 155]
    assert rules[-1][0] == pytest.approx(262, abs=0.1)


def test_pairs_stand_side_by_side_before_at_the_left(faces: tuple[fonts.Face, ...]) -> None:
    pages = Pages(pdf.render(opinion(), ASSETS))
    found = annex_pages(pages, "整改前后对比照片")
    rows: list[Any] = []
    for n in found:
        images = sorted(pages.plumbed.pages[n - 1].images, key=lambda i: (round(i["top"]), i["x0"]))
        rows += [(images[k], images[k + 1]) for k in range(0, len(images) - 1, 2)]
    assert len(rows) == 4
    for before, after in rows:
        assert before["top"] == pytest.approx(after["top"], abs=1)
        assert before["x1"] < after["x0"]
    text = "".join(pages.text.split())
    assert text.count("整改前（2026年11月12日") == 5
    assert text.count("整改后（2026年12月28日10:20拍摄）") == 4
    assert text.count("无照片") == 1


def test_only_the_pictures_that_a_document_names_are_taken(faces: tuple[fonts.Face, ...]) -> None:
    broken = {**ASSETS, "f" * 64: b"no picture"}
    rendered = pdf.render(notice(facts=with_photos()), broken)
    assert rendered.pages > 4


def test_document_whose_pictures_are_too_large_together_is_refused(
    faces: tuple[fonts.Face, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MAX_IMAGE_BYTES", 10_000)
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(notice(facts=with_photos()), ASSETS)
    assert refused.value.code == "too_large"


def test_picture_that_is_not_the_one_kept_is_refused(faces: tuple[fonts.Face, ...]) -> None:
    """The document names its evidence by digest: other bytes under that name are not evidence."""
    swapped = {**ASSETS, photo(0).image: jpeg(19)}
    with pytest.raises(DocumentRefused) as refused:
        pdf.render(notice(facts=with_photos()), swapped)
    assert refused.value.params == {"image": photo(0).image}
    assert "与检查时存下的不一致" in explain(refused.value)


def test_facts_name_a_stored_photo_by_its_digest() -> None:
    assert photo(0).image == next(iter(PHOTOS))
