"""An edition that tells its document in other words, and how its items follow an earlier edition's."""

from django.db import migrations, models

from standards.freezing import GUARD


class Migration(migrations.Migration):

    dependencies = [
        ('standards', '0003_effort_of_repairs'),
    ]

    # SQLite makes the table anew, which loses its triggers.
    operations = [
        migrations.RunPython(GUARD.thaw, GUARD.freeze),
        migrations.AddField(
            model_name='edition',
            name='replaces',
            field=models.JSONField(blank=True, null=True, verbose_name='与上一版次的对应'),
        ),
        migrations.AddField(
            model_name='edition',
            name='summary',
            field=models.BooleanField(db_default=False, default=False, verbose_name='条文为概述'),
        ),
        migrations.RunPython(GUARD.freeze, GUARD.thaw),
    ]
