"""Re-inspections: an inspection of some items of an earlier one."""

import django.db.models.deletion
from django.db import migrations, models

from inspections.freezing import GUARD, REINSPECTIONS


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0013_likeness_of_photos'),
    ]

    operations = [
        migrations.RunPython(GUARD.thaw, GUARD.freeze),
        migrations.AddField(
            model_name='inspection',
            name='items',
            field=models.JSONField(blank=True, null=True, verbose_name='只查的项'),
        ),
        migrations.AddField(
            model_name='inspection',
            name='reinspects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reinspections', to='inspections.inspection', verbose_name='复查的检查'),
        ),
        migrations.AlterField(
            model_name='round',
            name='kind',
            field=models.CharField(choices=[('county', '县级检查'), ('self_check', '乡镇自查'), ('spot_check', '上级抽查'), ('reinspection', '复查')], default='county', max_length=12, verbose_name='类型'),
        ),
        migrations.RunPython(GUARD.freeze, GUARD.thaw),
        migrations.RunPython(REINSPECTIONS.freeze, REINSPECTIONS.thaw),
    ]
