"""Summaries of scores by region, from township to province; whole numbers, points in ten-thousandths.

`reports.actions.summaries` alone writes them, inside the transaction that changes what they count;
`manage.py rebuild_summaries` recounts them.
"""

from django.db import models

from inspections.models import Inspection, Round
from organization.models import Region, ServiceCenter
from standards.models import Item

from ..outcomes import Outcome


class CenterResult(models.Model):
    """What a submitted inspection came to, corrections included: exactly what the summaries count of it."""

    inspection = models.OneToOneField(Inspection, models.CASCADE, primary_key=True, related_name="result")
    center = models.ForeignKey(ServiceCenter, models.CASCADE, related_name="results", db_index=False)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    submitted_at = models.DateTimeField()
    score = models.BigIntegerField(null=True)
    grade = models.CharField(max_length=20, blank=True)
    # {section's code: score} and {item's key: [status, points lost]}
    sections = models.JSONField(default=dict)
    items = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["region", "round"], name="result_region_round"),
            models.Index(fields=["center", "submitted_at"], name="result_center"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.score}"

    @property
    def outcome(self) -> Outcome:
        items = {int(key): (status, lost) for key, (status, lost) in self.items.items()}
        return Outcome(self.score, self.grade, self.sections, items)

    @outcome.setter
    def outcome(self, outcome: Outcome) -> None:
        self.score, self.grade, self.sections = outcome.score, outcome.grade, dict(outcome.sections)
        self.items = {str(key): list(value) for key, value in outcome.items.items()}


class ScoreSummary(models.Model):
    """Results of a region's centers in a round by band of score (five points each) and grade."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    band = models.SmallIntegerField()
    grade = models.CharField(max_length=20, blank=True)
    centers = models.IntegerField(default=0)
    score_sum = models.BigIntegerField(default=0)

    KEY = ("round_id", "kind", "band", "grade")
    COUNTS = ("centers", "score_sum")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "round", "kind", "band", "grade"], name="one_score_summary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.round_id} {self.kind} {self.band} {self.grade}"


class SectionSummary(models.Model):
    """The scores of a section of the standard at a region's centers in a round."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    section = models.CharField(max_length=40)
    centers = models.IntegerField(default=0)
    score_sum = models.BigIntegerField(default=0)

    KEY = ("round_id", "kind", "section")
    COUNTS = ("centers", "score_sum")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "round", "kind", "section"], name="one_section_summary"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.round_id} {self.kind} {self.section}"


class ItemSummary(models.Model):
    """At how many of a region's centers an item fell short in a round, and what it cost; the rest met it."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    not_met = models.IntegerField(default=0)
    partly = models.IntegerField(default=0)
    na = models.IntegerField(default=0)
    lost = models.BigIntegerField(default=0)

    KEY = ("round_id", "kind", "item_id")
    COUNTS = ("not_met", "partly", "na", "lost")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "round", "kind", "item"], name="one_item_summary"),
        ]
        # When the items of a draft go, nobody looks through a nation's summaries for them.
        indexes = [models.Index(fields=["item"], name="item_summary_item")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.round_id} {self.kind} {self.item_id}"


class LatestSummary(models.Model):
    """The last scores of a region's open centers, where they are now; self-checks are left out."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    centers = models.IntegerField(default=0)
    score_sum = models.BigIntegerField(default=0)

    KEY = ("kind",)
    COUNTS = ("centers", "score_sum")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "kind"], name="one_latest_summary")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.kind}"
