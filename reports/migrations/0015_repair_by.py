"""The day that a notice names, by which what has a term is to be put right."""

from django.db import migrations, models

from reports.freezing import DOCUMENTS, REPAIR_BY


class Migration(migrations.Migration):
    dependencies = [("reports", "0014_boundaries")]

    operations = [
        migrations.RunPython(DOCUMENTS.thaw, DOCUMENTS.freeze),
        migrations.AddField(
            model_name="officialdocument",
            name="repair_by",
            field=models.DateField(blank=True, null=True, verbose_name="整改截止日期"),
        ),
        migrations.RunPython(DOCUMENTS.freeze, DOCUMENTS.thaw),
        migrations.RunPython(REPAIR_BY.freeze, REPAIR_BY.thaw),
    ]
