"""On the way back, take out the jobs that wrote tables: what came before knows neither them nor their files."""

from django.db import migrations

TABLES = ("scores", "ledger", "findings")


def take_out(apps, schema_editor):
    apps.get_model("reports", "Job").objects.filter(kind__in=TABLES).delete()


class Migration(migrations.Migration):
    dependencies = [("reports", "0019_long_tables")]
    operations = [migrations.RunPython(migrations.RunPython.noop, take_out)]
