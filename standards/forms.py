"""The form about what stands beside a standard: the effort of each item's repair."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from .content import ORDINARY_EFFORT, SectionData, StandardData
from .models import Effort


class EffortForm(forms.Form):
    """A choice for each item under its code; `known` are the estimates so far."""

    def __init__(self, *args: Any, standard: StandardData, known: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="effort-%s", **kwargs)
        self.standard = standard
        for item in standard.items():
            self.fields[item.code] = forms.ChoiceField(
                choices=Effort.Size.choices,
                label=item.title,
                initial=known.get(item.code, ORDINARY_EFFORT),
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def sections(self) -> Iterator[tuple[SectionData, list[Any]]]:
        """The sections with the fields of their items, for the page."""
        for section in self.standard.sections:
            yield section, [self[item.code] for clause in section.clauses for item in clause.items]
