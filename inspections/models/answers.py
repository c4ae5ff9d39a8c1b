"""Answers, the log of every change that reached the server, and the conflicts between them."""

from django.db import models
from django.db.models import Q

from organization.identifiers import uuid7
from organization.models import User
from standards.models import Item

from ..merging import CHANGING, Outcome
from ..querysets import ConflictQuerySet, EventQuerySet
from .rounds import Inspection


class Answer(models.Model):
    """What is held for one item: the outcome of its events. `inspections.answer_rows` is the only writer."""

    pk = models.CompositePrimaryKey("inspection_id", "item_id")
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers", db_index=False)
    # The database keeps an item that is named. Django would look through all answers that there are, each
    # time a draft of a standard is saved or discarded.
    item = models.ForeignKey(Item, models.DO_NOTHING, related_name="+", db_index=False)
    value = models.JSONField(null=True)
    na = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(max_length=1000, blank=True)
    status = models.CharField(max_length=10)
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(na=False) | ~Q(reason=""), name="answer_na_has_a_reason"),
            models.CheckConstraint(
                condition=Q(status__in=["met", "partly", "not_met", "na", "unanswered"]),
                name="answer_status_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.item_id}"


class AnswerEvent(models.Model):
    """One change of one answer as it reached the server, with what came of it. Never edited.

    `mutation` is the identifier that its maker gave it: the device, or the server for a form without
    script (`device` is None then). `version` is the answer's after it. `captured_at` is what the device's
    clock said, shown and nothing more; `captured_by` is named where somebody else delivered a draft.
    """

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="events", db_index=False)
    # As of answers.
    item = models.ForeignKey(Item, models.DO_NOTHING, related_name="+", db_index=False)
    mutation = models.UUIDField(default=uuid7, unique=True)
    device = models.UUIDField(null=True)
    base = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10)
    new = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    captured_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    captured_at = models.DateTimeField()
    at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[outcome.value for outcome in Outcome if outcome.is_stored]),
                name="answer_event_outcome_is_known",
            ),
            models.UniqueConstraint(
                fields=["inspection", "item", "version"],
                condition=Q(outcome__in=CHANGING),
                name="one_event_per_version",
            ),
        ]
        indexes = [models.Index(fields=["inspection", "id"], name="answer_event_inspection")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.item_id}"


class Conflict(models.Model):
    """An answer that lost to one that somebody else had given, until the lead has picked one."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="conflicts", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", db_index=False)
    # The change that lost; a later one of the same device takes its place.
    event = models.OneToOneField(AnswerEvent, models.PROTECT, related_name="conflict")
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_event = models.ForeignKey(
        AnswerEvent, models.PROTECT, null=True, related_name="settles", db_index=False
    )
    # Where the lead decided: the answer as it was given. Its content would not tell: two may say the same.
    picked = models.ForeignKey(AnswerEvent, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, settled_event=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False, settled_event__isnull=False),
                name="conflict_settled_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["inspection", "item"], condition=Q(settled_at=None), name="conflict_open"),
            models.Index(
                fields=["settled_event"], condition=Q(settled_event__isnull=False), name="conflict_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.item_id}"
