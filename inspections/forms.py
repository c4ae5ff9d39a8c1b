"""Forms about rounds; the inspection form itself is in `fragments` and `answers`."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization import permissions
from organization.codes import Level, ancestors
from organization.models import Region, Role, ServiceCenter, User
from organization.querysets import below, within
from organization.widgets import SET_IN, LongSelect
from standards.models import Edition

from .models import Inspection, Round

# A key of so many digits fits every database; SQLite fails on a longer one.
LONGEST_KEY = 18
# An inspection's, as the table spells it.
KEY = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Round
        fields = ["name", "kind", "region", "edition", "starts_on", "ends_on", "plan_number"]
        widgets = {"region": LongSelect(), "starts_on": DateInput(), "ends_on": DateInput()}
        help_texts = {
            "name": _("例如：2026年第四季度县级检查"),
            "plan_number": _("年度督查检查考核计划的批准文号。没有列入计划的检查不应开展。"),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = within(user.prefixes(Role.ADMINISTRATOR), "code")
        # A province has thousands of townships, which make their rounds with their county.
        lowest = Level.COUNTY if permissions.is_wide(user, Role.ADMINISTRATOR) else Level.TOWNSHIP
        self.fields["region"].queryset = Region.objects.filter(own, level__lte=lowest)
        self.fields["edition"].queryset = Edition.objects.exclude(published_at=None)
        self.fields["region"].empty_label = self.fields["edition"].empty_label = None
        # Re-inspections make their rounds themselves.
        self.fields["kind"].choices = [one for one in Round.Kind.choices if one[0] != Round.Kind.REINSPECTION]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("结束日期不能早于开始日期。"))
        same = Round.objects.filter(region=cleaned.get("region"), name=cleaned.get("name", ""))
        if same.exists():
            # Beside the name, and in other words than the constraint's.
            self.add_error("name", _("本地区已经有同名的轮次，请换一个名称。"))
        return cleaned


class CentersForm(forms.Form):
    """Which centers a round takes in."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("地区"), empty_label=None)
    kinds = forms.MultipleChoiceField(
        choices=ServiceCenter.Kind.choices,
        label=_("类型"),
        widget=forms.CheckboxSelectMultiple,
        initial=[ServiceCenter.Kind.TOWNSHIP],
    )

    def __init__(self, *args: Any, round: Round, place: Region | None = None, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="centers-%s", **kwargs)
        self.fields["region"].queryset = places(round, place)


class PlaceFilter(forms.Form):
    """Of which region a province's or the nation's round shows the centers, chosen a level at a time."""

    region = forms.ChoiceField(label=_("地区（逐级选择）"), required=False, widget=LongSelect)
    state = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, round: Round, place: Region | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        top = round.region.level
        self.fields["region"].choices = [
            (row.code, SET_IN * (row.level - top) + row.name) for row in places(round, place)
        ]


class SelfCheckForm(forms.Form):
    """Until when the townships are to have checked themselves."""

    ends_on = forms.DateField(label=_("自查完成日期"), widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="self-check-%s", **kwargs)

    def clean_ends_on(self) -> date:
        ends_on: date = self.cleaned_data["ends_on"]
        if ends_on < timezone.localdate():
            raise ValidationError(_("完成日期不能早于今天。"))
        return ends_on


class RowsField(forms.ModelMultipleChoiceField):
    """Rows, as people, by their keys; a number that no column holds is no row's."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(key) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": key}
                )
        return super().clean(value)


class AssignForm(forms.Form):
    """Who inspects: the centers ticked in the table, or else all of a place."""

    region = forms.ModelChoiceField(
        Region.objects.none(), label=_("地区"), required=False, empty_label=_("表中勾选的中心")
    )
    lead = forms.ModelChoiceField(User.objects.none(), label=_("组长"), empty_label=_("请选择"))
    people = RowsField(
        User.objects.none(),
        label=pgettext_lazy("several", "检查员"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, round: Round, place: Region | None = None, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="assign-%s", **kwargs)
        self.round = round
        self.fields["region"].queryset = places(round, place)
        self.fields["people"].queryset = candidates(round, Role.INSPECTOR, Role.LEAD_INSPECTOR, place=place)
        self.fields["lead"].queryset = candidates(round, Role.LEAD_INSPECTOR, place=place)

    def inspections(self, ticked: list[str]) -> Any:
        """The round's unsubmitted inspections that were meant; `ticked` are keys out of the table."""
        region = self.cleaned_data["region"]
        if region:
            return unsubmitted(self.round).filter(region__code__startswith=region.prefix)
        return picked(self.round, ticked)


class ReinspectForm(forms.Form):
    """Who looks again, and by when."""

    lead = forms.ModelChoiceField(User.objects.none(), label=_("组长"), empty_label=_("请选择"))
    people = RowsField(
        User.objects.none(),
        label=pgettext_lazy("several", "检查员"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ends_on = forms.DateField(label=_("复查完成日期"), widget=DateInput())

    def __init__(self, *args: Any, place: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        round = Round(region=place, kind=Round.Kind.REINSPECTION)
        self.fields["people"].queryset = candidates(round, Role.INSPECTOR, Role.LEAD_INSPECTOR)
        self.fields["lead"].queryset = candidates(round, Role.LEAD_INSPECTOR)


def unsubmitted(round: Round) -> Any:
    """The round's inspections whose people may still change."""
    return Inspection.objects.filter(round=round).exclude(state=Inspection.State.SUBMITTED)


def picked(round: Round, ticked: list[str]) -> Any:
    """Those of them that were ticked; a key that is none selects nothing, as one of another round does."""
    keys = [UUID(key) for key in ticked if re.fullmatch(KEY, key)]
    return unsubmitted(round).filter(pk__in=keys)


def is_wide(round: Round) -> bool:
    """Whether a round's region has so many below it that they are chosen a level at a time."""
    return bool(round.region.level <= Level.PROVINCE)


def places(round: Round, place: Region | None = None) -> Any:
    """The round's region and what is below it, down to townships.

    Of a province or the nation those above the chosen place, it, and those just below.
    """
    inside = Region.objects.filter(code__startswith=round.region.prefix)
    inside = inside.filter(level__lte=Level.TOWNSHIP).order_by("code")
    if not is_wide(round):
        return inside
    at = place or round.region
    return inside.filter(below(at) | Q(code__in=_upward(round, at)))


def _upward(round: Round, at: Region) -> list[str]:
    """The codes of a place of the round and of those above it; the nation's stands in no other code."""
    return [round.region_id, at.code, *ancestors(at.code, Level(at.level))]


def candidates(round: Round, *roles: str, place: Region | None = None) -> Any:
    """People whose role reaches into the round's region; in a self-check, the townships' staff.

    Of a province or the nation those of the chosen place and above it; those below it too from a county on.
    """
    if round.kind == Round.Kind.SELF_CHECK:
        roles = (Role.TOWNSHIP_STAFF,)
    at = place or round.region
    reach = Q(assignments__region_id__in=_upward(round, at))
    if not is_wide(round) or at.level >= Level.COUNTY:
        reach |= Q(assignments__region__code__startswith=at.prefix)
    return User.objects.filter(reach, assignments__role__in=roles, is_active=True).distinct()
