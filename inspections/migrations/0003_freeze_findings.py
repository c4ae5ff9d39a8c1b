"""Let the database itself refuse every change of what was found; how it is put right may move on."""

from django.db import migrations

from inspections.freezing import FIRST_FINDINGS


class Migration(migrations.Migration):
    dependencies = [("inspections", "0002_freeze_submitted")]

    operations = [migrations.RunPython(FIRST_FINDINGS.freeze, FIRST_FINDINGS.thaw)]
