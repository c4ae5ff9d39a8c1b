"""A list to choose from that is drawn at once: Django fills in a template for each of its options."""

from html import escape
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

SELECTED = " selected"
# HTML keeps it before the name of a choice, as it keeps no other space.
SET_IN = "\u3000"


class LongSelect(forms.Select):
    """A select without groups, with Django's markup; the more options, the more time it saves."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        options = "\n".join(
            f'<option value="{escape(str(key))}"{SELECTED if str(key) in chosen else ""}>'
            f"{escape(str(label))}</option>"
            for key, label in self.choices
        )
        outer = flatatt(self.build_attrs(self.attrs, attrs))
        # Escaped above: Django's own escaping asks of each word whether it is lazy, or safe already.
        return format_html('<select name="{}"{}>\n{}\n</select>', name, outer, SafeString(options))
