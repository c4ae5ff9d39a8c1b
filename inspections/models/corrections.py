"""The ledger of a score: what was set right after the inspection was submitted, line by line."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.models import User
from standards.models import Item

from .rectification import Request
from .rounds import Inspection


class Correction(models.Model):
    """An item's result set right by an objection that was upheld. Rows are added only.

    `before` and `after` are the item as the frozen content has it (answer, status, points, finding);
    lost points and scores beside them are exact decimals, in points and on the scale of 100.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="corrections")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", db_index=False)
    request = models.OneToOneField(Request, models.PROTECT, related_name="correction")
    before = models.JSONField()
    after = models.JSONField()
    lost_before = models.DecimalField(_("原扣分"), max_digits=7, decimal_places=4)
    lost_after = models.DecimalField(_("更正后扣分"), max_digits=7, decimal_places=4)
    score_before = models.DecimalField(_("原得分"), max_digits=7, decimal_places=4, null=True)
    score_after = models.DecimalField(_("更正后得分"), max_digits=7, decimal_places=4, null=True)
    grade_before = models.CharField(max_length=20, blank=True)
    grade_after = models.CharField(max_length=20, blank=True)
    reason = models.TextField(_("更正的理由"), max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("更正时间"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="correction_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.item_id} {self.score_before} → {self.score_after}"
