"""Drawn scenes: each a photo, another one for another center."""

import io

import pytest
from PIL import Image

from reports.demonstration import pictures
from tests.stage import shipped


@pytest.mark.parametrize("scene", pictures.SCENES)
def test_scene_is_a_photo_of_its_own(scene: str) -> None:
    first, other = (pictures.photo(scene, seed) for seed in ("a", "b"))
    picture = Image.open(io.BytesIO(first))
    assert (picture.format, picture.size) == ("JPEG", (pictures.WIDTH, pictures.HEIGHT))
    assert len(set(picture.convert("L").resize((16, 16)).tobytes())) > 10
    assert first != other


def test_scenes_belong_to_items_of_the_standard() -> None:
    codes = {item.code for item in shipped().items()}
    assert set(pictures.OF_ITEM) <= codes
    assert set(pictures.OF_ITEM.values()) == set(pictures.SCENES)
