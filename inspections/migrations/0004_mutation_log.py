"""Let each change of an answer carry its maker's identifier, and photos arrive in pieces: the new columns."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from inspections.freezing import FIRST_GUARD, HISTORY

PERSON = dict(on_delete=django.db.models.deletion.PROTECT, null=True, related_name="+", db_index=False)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0003_freeze_findings"),
        ("standards", "0002_freeze_published"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(FIRST_GUARD.thaw, FIRST_GUARD.freeze),
        migrations.RunPython(HISTORY.thaw, HISTORY.freeze),
        migrations.AddField("answerevent", "mutation", models.UUIDField(null=True)),
        migrations.AddField("answerevent", "device", models.UUIDField(null=True)),
        migrations.AddField("answerevent", "base", models.PositiveIntegerField(null=True)),
        migrations.AddField("answerevent", "version", models.PositiveIntegerField(null=True)),
        migrations.AddField("answerevent", "outcome", models.CharField(max_length=10, default="applied")),
        migrations.AddField("answerevent", "captured_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "answerevent", "captured_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)
        ),
        migrations.AddField("photo", "announced_size", models.PositiveIntegerField(null=True)),
        migrations.AddField("photo", "arrived_at", models.DateTimeField(null=True)),
        migrations.AddField("photo", "captured_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
        migrations.AddField("photo", "device", models.UUIDField(null=True)),
        migrations.AddField(
            "photo",
            "of",
            models.ForeignKey(
                to="inspections.photo",
                on_delete=django.db.models.deletion.PROTECT,
                null=True,
                related_name="drawings",
                db_index=False,
            ),
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "inspection",
                    models.ForeignKey(
                        to="inspections.inspection",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts",
                        db_index=False,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        to="standards.item",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        db_index=False,
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        to="inspections.answerevent",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict",
                    ),
                ),
                ("settled_by", models.ForeignKey(to=settings.AUTH_USER_MODEL, **PERSON)),
                (
                    "settled_event",
                    models.ForeignKey(
                        to="inspections.answerevent",
                        on_delete=django.db.models.deletion.PROTECT,
                        null=True,
                        related_name="settles",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(settled_at=None),
                        fields=["inspection", "item"],
                        name="conflict_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(settled_at=None, settled_by=None, settled_event=None)
                        | models.Q(
                            settled_at__isnull=False, settled_by__isnull=False, settled_event__isnull=False
                        ),
                        name="conflict_settled_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhotoChunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("offset", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("file", models.FileField(upload_to="")),
                (
                    "photo",
                    models.ForeignKey(
                        to="inspections.photo",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chunks",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "ordering": ["offset"],
                "constraints": [
                    models.UniqueConstraint(fields=["photo", "offset"], name="one_chunk_per_offset"),
                    models.CheckConstraint(condition=models.Q(size__gt=0), name="chunk_is_not_empty"),
                ],
            },
        ),
    ]
