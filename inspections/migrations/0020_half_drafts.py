"""A draft of a reply may be filled in by halves; what is reported says when it was done, or why it was not."""

from django.db import migrations, models

from inspections.freezing import REPLIES

Q = models.Q
WHOLE = Q(result="done", done_on__isnull=False) | (
    Q(result__in=["partly", "not_done"], done_on=None) & ~Q(plan="")
)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0019_references_by_statement")]

    operations = [
        migrations.RunPython(REPLIES.thaw, REPLIES.freeze),
        migrations.RemoveConstraint("reply", "reply_says_when_or_why_not"),
        migrations.AddConstraint(
            "reply",
            models.CheckConstraint(
                condition=Q(reported_at=None) | WHOLE, name="reply_says_when_or_why_not"
            ),
        ),
        migrations.RunPython(REPLIES.freeze, REPLIES.thaw),
    ]
