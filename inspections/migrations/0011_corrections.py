"""A ledger of corrections beside each submitted inspection, and what the database holds of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from inspections.freezing import CORRECTIONS, FINDINGS, FIRST_FINDINGS, FIRST_GUARD, GUARD


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0010_self_check_of_a_round'),
        ('standards', '0002_freeze_published'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(FIRST_GUARD.thaw, FIRST_GUARD.freeze),
        migrations.RunPython(FIRST_FINDINGS.thaw, FIRST_FINDINGS.freeze),
        migrations.AddField(
            model_name='inspection',
            name='corrected',
            field=models.JSONField(blank=True, null=True, verbose_name='更正后的内容'),
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('lost_before', models.DecimalField(decimal_places=4, max_digits=7, verbose_name='原扣分')),
                ('lost_after', models.DecimalField(decimal_places=4, max_digits=7, verbose_name='更正后扣分')),
                ('score_before', models.DecimalField(decimal_places=4, max_digits=7, null=True, verbose_name='原得分')),
                ('score_after', models.DecimalField(decimal_places=4, max_digits=7, null=True, verbose_name='更正后得分')),
                ('grade_before', models.CharField(blank=True, max_length=20)),
                ('grade_after', models.CharField(blank=True, max_length=20)),
                ('reason', models.TextField(max_length=500, verbose_name='更正的理由')),
                ('at', models.DateTimeField(verbose_name='更正时间')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='inspections.inspection')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='standards.item')),
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='inspections.request')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='correction_has_a_reason')],
            },
        ),
        *(migrations.RunPython(guard.freeze, guard.thaw) for guard in (GUARD, FINDINGS, CORRECTIONS)),
    ]
