"""Hold what the log of changes and arriving photos promise by constraints and triggers."""

from django.db import migrations, models

import organization.identifiers
from inspections.freezing import ARRIVED, CONFLICTS, FIRST_GUARD, HISTORY

Q = models.Q


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_name_earlier_changes")]

    operations = [
        migrations.RemoveField("answerevent", "old"),
        migrations.AlterField(
            "answerevent",
            "inspection",
            models.ForeignKey(
                to="inspections.inspection",
                on_delete=models.deletion.CASCADE,
                related_name="events",
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "answerevent",
            "mutation",
            models.UUIDField(default=organization.identifiers.uuid7, unique=True),
        ),
        migrations.AlterField("answerevent", "base", models.PositiveIntegerField()),
        migrations.AlterField("answerevent", "version", models.PositiveIntegerField()),
        migrations.AlterField("answerevent", "outcome", models.CharField(max_length=10)),
        migrations.AlterField("answerevent", "captured_at", models.DateTimeField()),
        migrations.AddIndex(
            "answerevent", models.Index(fields=["inspection", "id"], name="answer_event_inspection")
        ),
        migrations.AddConstraint(
            "answerevent",
            models.CheckConstraint(
                condition=Q(outcome__in=["applied", "same", "conflict", "faulty", "settled"]),
                name="answer_event_outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            "answerevent",
            models.UniqueConstraint(
                fields=["inspection", "item", "version"],
                condition=Q(outcome__in=("applied", "settled")),
                name="one_event_per_version",
            ),
        ),
        migrations.RemoveConstraint("photo", "one_photo_once_per_item"),
        migrations.AlterField("photo", "announced_size", models.PositiveIntegerField()),
        migrations.AlterField("photo", "file", models.FileField(blank=True, upload_to="photos/%Y/%m/")),
        migrations.AlterField("photo", "sha256", models.CharField(blank=True, max_length=64)),
        migrations.AlterField("photo", "size", models.PositiveIntegerField(default=0)),
        migrations.AlterField("photo", "width", models.PositiveIntegerField(default=0)),
        migrations.AlterField("photo", "height", models.PositiveIntegerField(default=0)),
        migrations.AddConstraint(
            "photo",
            models.UniqueConstraint(
                fields=["inspection", "item", "received_sha256"],
                condition=Q(removed_at=None, device=None),
                name="one_photo_once_per_item",
            ),
        ),
        migrations.AddConstraint(
            "photo",
            models.CheckConstraint(
                condition=(Q(arrived_at=None, sha256="", file="") & Q(device__isnull=False))
                | (Q(arrived_at__isnull=False, size__gt=0) & ~Q(sha256="") & ~Q(file="")),
                name="photo_arrived_is_whole",
            ),
        ),
        migrations.AddConstraint(
            "photo", models.CheckConstraint(condition=Q(announced_size__gt=0), name="photo_is_not_empty")
        ),
        migrations.RunPython(FIRST_GUARD.freeze, FIRST_GUARD.thaw),
        migrations.RunPython(HISTORY.freeze, HISTORY.thaw),
        migrations.RunPython(CONFLICTS.freeze, CONFLICTS.thaw),
        migrations.RunPython(ARRIVED.freeze, ARRIVED.thaw),
    ]
