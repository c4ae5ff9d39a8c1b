"""The form by which a published year is typed in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import DateInput
from .holiday_lists import BadList, read_list
from .wording import holiday_fault

LONGEST_LIST = 20_000
FAULTS_SHOWN = 10


class CalendarForm(forms.Form):
    """A year with its days; `cleaned_data` fits `actions.load_year`."""

    year = forms.IntegerField(label=_("年份"), min_value=2000, max_value=2999)
    published_on = forms.DateField(label=_("公布日期"), widget=DateInput())
    source = forms.CharField(
        label=_("依据"),
        max_length=120,
        help_text=_("例如：国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"),
    )
    days = forms.CharField(
        label=_("放假和调休"),
        max_length=LONGEST_LIST,
        help_text=_("每行一段：日期或起止日期，再写“休”或“班”。没有写到的日子，周一至周五上班，周末休息。"),
        widget=forms.Textarea(
            attrs={
                "rows": 14,
                "spellcheck": "false",
                "placeholder": "2026-01-01至2026-01-03 休 元旦\n2026-01-04 班 元旦",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"year", "days"} <= cleaned.keys():
            try:
                cleaned["days"] = read_list(cleaned["days"], cleaned["year"])
            except BadList as bad:
                for fault in bad.faults[:FAULTS_SHOWN]:
                    self.add_error("days", holiday_fault(fault, cleaned["year"]))
        return cleaned
