"""What falls short at a center, from the day it was found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import Region, ServiceCenter
from standards.models import Item

from .. import workflow
from ..querysets import FindingQuerySet
from .rounds import Inspection, Round


class Finding(models.Model):
    """What falls short at a center, from the submission of its inspection until it is closed.

    What was found never changes; `state` and the deadline do, by `actions.moving` alone, and each
    move leaves a `FindingEvent`. `due_on` counts from `term_from`, or is `fixed_on` where the notice names
    a day; none while the term has not begun and for what is to be kept up.
    """

    class State(models.TextChoices):
        FOUND = workflow.FOUND, _("待通知")
        NOTIFIED = workflow.NOTIFIED, _("待签收")
        ACKNOWLEDGED = workflow.ACKNOWLEDGED, _("待整改")
        IN_REPAIR = workflow.IN_REPAIR, _("整改中")
        REPORTED = workflow.REPORTED, _("待审核")
        TO_REINSPECT = workflow.TO_REINSPECT, _("待复查")
        CLOSED = workflow.CLOSED, _("已销号")
        WITHDRAWN = workflow.WITHDRAWN, _("已撤销")

    class Mode(models.TextChoices):
        AT_ONCE = "at_once", _("立行立改")
        FIXED_TERM = "fixed_term", _("限期整改")
        SUSTAINED = "sustained", _("长期坚持")

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="findings", db_index=False)
    center = models.ForeignKey(ServiceCenter, models.PROTECT, related_name="findings")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.FOUND)
    clause = models.CharField(_("条款"), max_length=40)
    finding = models.TextField(_("存在问题"))
    requirement = models.TextField(_("整改要求"))
    lost = models.DecimalField(_("扣分"), max_digits=7, decimal_places=4)
    mode = models.CharField(_("整改方式"), max_length=12, choices=Mode)
    working_days = models.PositiveSmallIntegerField(_("整改时限（工作日）"), null=True)
    found_at = models.DateTimeField(_("发现时间"))
    term_from = models.DateField(_("时限起算日"), null=True, blank=True)
    fixed_on = models.DateField(_("通知写定的整改日期"), null=True, blank=True)
    due_on = models.DateField(_("整改期限"), null=True, blank=True)
    due_is_provisional = models.BooleanField(_("期限暂定"), default=False)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-lost", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="one_finding_per_item"),
            models.CheckConstraint(
                condition=Q(mode="fixed_term", working_days__gte=1)
                | (~Q(mode="fixed_term") & Q(working_days=None)),
                name="finding_term_has_days",
            ),
            models.CheckConstraint(
                condition=Q(state=workflow.CLOSED, closed_at__isnull=False)
                | (~Q(state=workflow.CLOSED) & Q(closed_at=None)),
                name="finding_closed_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None, due_is_provisional=False) | Q(term_from__isnull=False),
                name="finding_due_has_a_beginning",
            ),
            models.CheckConstraint(
                condition=Q(fixed_on=None) | Q(mode="fixed_term", term_from__isnull=False),
                name="finding_fixed_day_is_of_a_term",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "region", "item"], name="finding_round_region"),
            models.Index(fields=["region", "round", "item"], name="finding_region_round"),
            models.Index(
                fields=["region", "due_on"],
                condition=Q(state__in=workflow.OPEN, due_on__isnull=False),
                name="finding_open_due",
            ),
            # The order of the ledger, with all that it is filtered by: which findings stand on its pages is
            # read from the index alone.
            models.Index(
                fields=["-lost", "id", "state", "region", "inspection", "round", "due_on"],
                name="finding_by_loss",
            ),
            models.Index(
                fields=["item", "-lost", "id", "state", "region", "inspection", "round"],
                name="finding_item_by_loss",
            ),
            models.Index(
                fields=["state", "-lost", "id", "region", "inspection", "round"],
                name="finding_state_by_loss",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state__in=workflow.WITH_COUNTY),
                name="finding_with_county",
            ),
            # Which inspections wait for a notice: few, however many there are.
            models.Index(
                fields=["inspection"], condition=Q(state=workflow.FOUND), name="finding_not_notified"
            ),
        ]

    def __str__(self) -> str:
        return self.finding
