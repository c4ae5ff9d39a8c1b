"""The tag that says how far something is, from Python and from a template."""

import pytest
from django.template.loader import render_to_string

from organization.marks import status

TAG = '<span class="tag tag-{}">{}</span>'


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ({"code": "met"}, TAG.format("good", "合格")),
        ({"code": "withdrawn"}, TAG.format("quiet", "已撤回")),
        ({"code": "open", "label": "待签收"}, TAG.format("warn", "待签收")),
        ({"code": "open", "tone": "bad"}, TAG.format("warn", "待整改")),
        ({"tone": "info", "label": "<b>"}, TAG.format("info", "&lt;b&gt;")),
        ({"code": "met", "tone": "bad", "label": "x"}, TAG.format("bad", "x")),
        ({"label": "x"}, TAG.format("quiet", "x")),
        ({"code": "nothing"}, ""),
        ({}, ""),
    ],
)
def test_tag_has_tone_and_words(given: dict[str, str], drawn: str) -> None:
    assert status(**given) == render_to_string("components/status.html", given).strip() == drawn
