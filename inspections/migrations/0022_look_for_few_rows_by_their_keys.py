"""Let PostgreSQL look for the few rows that answers and their log name by their keys, however many there are."""

from django.db import migrations

from inspections.freezing import FIRST_REFERENCES, GUARD


class Migration(migrations.Migration):
    dependencies = [("inspections", "0021_items_of_drafts_go_quickly")]

    operations = [
        migrations.RunPython(GUARD.freeze, GUARD.freeze),
        *(
            migrations.RunPython(one.check_by_statement, migrations.RunPython.noop)
            for one in FIRST_REFERENCES
        ),
    ]
