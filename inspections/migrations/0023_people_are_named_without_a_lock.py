"""Let answers and their log name people without locking them, since nobody is removed any more."""

from django.db import migrations

from inspections.freezing import FIRST_REFERENCES, REFERENCES


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0022_look_for_few_rows_by_their_keys"),
        ("organization", "0010_people_stay"),
    ]

    operations = [
        migrations.RunPython(one.check_by_statement, first.check_by_statement)
        for one, first in zip(REFERENCES, FIRST_REFERENCES, strict=True)
    ]
