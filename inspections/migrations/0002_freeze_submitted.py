"""Let the database itself refuse every change of a submitted inspection and of any history."""

from django.db import migrations

from inspections.freezing import FIRST_GUARD, HISTORY


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_inspections")]

    operations = [
        migrations.RunPython(FIRST_GUARD.freeze, FIRST_GUARD.thaw),
        migrations.RunPython(HISTORY.freeze, HISTORY.thaw),
    ]
