"""Let the database itself refuse to remove a person."""

from django.db import migrations

from organization.freezing import PEOPLE


class Migration(migrations.Migration):
    dependencies = [("organization", "0009_few_regions")]

    operations = [
        # On the way back it stays: what inspections name people by has no guard of its own any more.
        migrations.RunPython(PEOPLE.freeze, migrations.RunPython.noop)
    ]
