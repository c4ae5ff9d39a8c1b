"""Days that a notice names, by which what has a term is to be put right."""

from django.db import migrations, models

from inspections.freezing import FINDINGS


class Migration(migrations.Migration):
    dependencies = [("inspections", "0015_order_of_the_ledger")]

    operations = [
        migrations.RunPython(FINDINGS.thaw, FINDINGS.freeze),
        migrations.AddField(
            model_name="finding",
            name="fixed_on",
            field=models.DateField(blank=True, null=True, verbose_name="通知写定的整改日期"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fixed_on", None),
                    models.Q(("mode", "fixed_term"), ("term_from__isnull", False)),
                    _connector="OR",
                ),
                name="finding_fixed_day_is_of_a_term",
            ),
        ),
        migrations.RunPython(FINDINGS.freeze, FINDINGS.thaw),
    ]
