"""Let the database itself refuse every change of a published edition."""

from django.db import migrations

from standards.freezing import GUARD


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_editions")]

    operations = [migrations.RunPython(GUARD.freeze, GUARD.thaw)]
