"""What is counted by region as it changes: the inspections of a round, and findings that are open."""

from datetime import date

from django.db import models

from organization.models import Region, ServiceCenter

from .rounds import Round

# Stands in a key where there is no day.
NO_DAY = date(9999, 12, 31)


class RoundTally(models.Model):
    """How many inspections a region has in a round: of centers that are open, and those submitted."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    inspections = models.IntegerField(default=0)

    KEY = ("round_id", "kind")
    COUNTS = ("inspections",)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "round", "kind"], name="one_round_tally"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.round_id} {self.kind}"


class FindingTally(models.Model):
    """How many findings of a region are open by the day they are due: a count cannot know that a day passed.

    `due_on` is `NO_DAY` where there is none. `with_township` are those of them that the township has
    still to report.
    """

    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False)
    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=ServiceCenter.Kind)
    due_on = models.DateField()
    open = models.IntegerField(default=0)
    with_township = models.IntegerField(default=0)

    KEY = ("round_id", "kind", "due_on")
    COUNTS = ("open", "with_township")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "round", "kind", "due_on"], name="one_finding_tally"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.round_id} {self.kind} {self.due_on}"
