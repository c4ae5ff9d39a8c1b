"""On PostgreSQL look at a form's answers and their log once for a statement, not once for each row."""

from django.db import migrations

from inspections.freezing import ANSWERS, FIRST_REFERENCES, GUARD


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0018_ledger_from_the_index"),
        ("organization", "0009_few_regions"),
        ("standards", "0004_succession"),
    ]

    operations = [
        migrations.RunPython(GUARD.freeze, GUARD.freeze),
        migrations.RunPython(ANSWERS.freeze, ANSWERS.thaw),
        *(migrations.RunPython(one.check_by_statement, one.check_by_row) for one in FIRST_REFERENCES),
    ]
