"""Let the database itself refuse to remove a person."""

from django.db import migrations

from organization.freezing import PEOPLE


class Migration(migrations.Migration):
    dependencies = [("organization", "0009_few_regions")]

    # What inspections name people by has its own guard again by then: its migration goes back first.
    operations = [migrations.RunPython(PEOPLE.freeze, PEOPLE.thaw)]
