"""An extension that waits lapses when its finding is closed or withdrawn."""

from django.db import migrations, models
from django.db.models import Q

from inspections.freezing import REPLIES


def whole(*decided: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(state="asked", decided_by=None, decided_at=None)
        | Q(state__in=decided, decided_by__isnull=False, decided_at__isnull=False),
        name="request_decided_is_whole",
    )


class Migration(migrations.Migration):
    dependencies = [("inspections", "0024_what_the_lead_picked")]

    operations = [
        migrations.RunPython(REPLIES.thaw, REPLIES.freeze),
        migrations.AlterField(
            model_name="request",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "待答复"),
                    ("granted", "同意"),
                    ("refused", "不同意"),
                    ("lapsed", "已失效"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="request", name="request_decided_is_whole"),
        migrations.AddConstraint(model_name="request", constraint=whole("granted", "refused", "lapsed")),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=~Q(state="lapsed") | Q(kind="extension"), name="objection_never_lapses"
            ),
        ),
        migrations.RunPython(REPLIES.freeze, REPLIES.thaw),
    ]
