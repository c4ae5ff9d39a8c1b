"""Let the database itself refuse every change of the trail."""

from django.db import migrations

from organization.freezing import GUARD


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_chain_trail")]

    operations = [migrations.RunPython(GUARD.freeze, GUARD.thaw)]
