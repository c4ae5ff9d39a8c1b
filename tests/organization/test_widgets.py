"""A long list to choose from has the markup that Django's own has."""

from typing import Any

import pytest
from django import forms
from django.test.html import Element, parse_html

from organization.widgets import LongSelect

CHOICES = [("", "全部"), ("410523", "汤阴县"), ("x", '<b>"外地"</b> & 别处')]


def drawn(widget: type[forms.Select], value: Any, **attrs: Any) -> Element:
    """The markup, whatever the order of its attributes and the space between its tags."""
    return parse_html(widget(choices=CHOICES).render("region", value, attrs))


@pytest.mark.parametrize("value", [None, "", "410523", "x", "unknown", '"><script>'])
def test_markup_is_that_of_djangos_own(value: Any) -> None:
    attrs = {"id": "id_region", "class": "select form-select", "required": True, "disabled": False}
    assert drawn(LongSelect, value, **attrs) == drawn(forms.Select, value, **attrs)


def test_what_is_sent_is_read_alike() -> None:
    field = forms.ChoiceField(choices=CHOICES, widget=LongSelect)
    assert field.clean("410523") == "410523"
    with pytest.raises(forms.ValidationError):
        field.clean("elsewhere")
