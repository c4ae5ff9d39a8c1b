"""Let the database itself refuse every change of a published edition."""

from django.db import migrations

from standards.freezing import freeze, thaw


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_editions")]

    operations = [migrations.RunPython(freeze, thaw)]
