"""Let the database itself refuse every change of an issued notice."""

from django.db import migrations

from reports.freezing import FIRST_GUARD


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_notices")]

    operations = [migrations.RunPython(FIRST_GUARD.freeze, FIRST_GUARD.thaw)]
