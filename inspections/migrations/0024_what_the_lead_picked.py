"""Keep with a settled conflict which answer the lead picked; of earlier decisions the trail says it."""

import django.db.models.deletion
from django.db import migrations, models

from inspections.freezing import CONFLICTS


def fill(apps, schema_editor):
    """Name the answers that earlier decisions picked, the oldest first: a later one may have picked one."""
    conflicts = apps.get_model("inspections", "Conflict").objects
    decisions = apps.get_model("inspections", "AnswerEvent").objects.filter(
        pk__in=conflicts.filter(settled_event__outcome="settled").values("settled_event")
    )
    origins = {}
    for decision in decisions.order_by("pk"):
        picked = _picked(apps, decision).pk
        origins[decision.pk] = origins.get(picked, picked)
        conflicts.filter(settled_event=decision).update(picked=origins[decision.pk])


def _picked(apps, decision):
    """As the trail says, or where that has been cut the latest answer of the same content."""
    before = apps.get_model("inspections", "AnswerEvent").objects.filter(
        inspection=decision.inspection_id, item=decision.item_id, pk__lt=decision.pk
    )
    trail = apps.get_model("organization", "AuditEntry").objects
    for entry in trail.filter(action="conflict.settle", result="done", at=decision.at):
        if entry.detail["version"] == decision.version and (
            found := before.filter(mutation=entry.detail["picked"]).first()
        ):
            return found
    given = before.filter(outcome__in=["applied", "conflict"]).order_by("-pk")
    return next(event for event in given if event.new == decision.new)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0023_people_are_named_without_a_lock"),
        ("organization", "0010_people_stay"),
    ]

    operations = [
        migrations.RunPython(CONFLICTS.thaw, CONFLICTS.freeze),
        migrations.AddField(
            model_name="conflict",
            name="picked",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inspections.answerevent",
            ),
        ),
        migrations.AddIndex(
            model_name="conflict",
            index=models.Index(
                condition=models.Q(("settled_event__isnull", False)),
                fields=["settled_event"],
                name="conflict_settled",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(CONFLICTS.freeze, CONFLICTS.thaw),
    ]
