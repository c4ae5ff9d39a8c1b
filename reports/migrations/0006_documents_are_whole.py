"""What every document must hold, now that each has it; and what the database refuses from here on."""

import django.db.models.deletion
from django.db import migrations, models

import reports.models.documents
from reports.freezing import DOCUMENTS, EVENTS, NUMBERS

FREEZE = [migrations.RunPython(guard.freeze, guard.thaw) for guard in (DOCUMENTS, EVENTS, NUMBERS)]


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_history_of_notices")]

    operations = [
        migrations.AlterField(
            model_name='officialdocument',
            name='token',
            field=models.CharField(default=reports.models.documents.new_token, editable=False, max_length=32, unique=True, verbose_name='核验码'),
        ),
        migrations.AlterField(
            model_name='officialdocument',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='inspections.round', verbose_name='轮次'),
        ),
        migrations.AddConstraint(
            model_name='officialdocument',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ('notice', 'letter', 'order')), models.Q(('state', 'withdrawn'), _negated=True)), fields=('inspection',), name='one_demand_per_inspection'),
        ),
        migrations.AddConstraint(
            model_name='officialdocument',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'opinion'), models.Q(('state', 'withdrawn'), _negated=True)), fields=('inspection',), name='one_opinion_per_inspection'),
        ),
        migrations.AddConstraint(
            model_name='officialdocument',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'circular'), models.Q(('state', 'withdrawn'), _negated=True)), fields=('round',), name='one_circular_per_round'),
        ),
        migrations.AddConstraint(
            model_name='officialdocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('inspection', None), ('kind', 'circular')), models.Q(models.Q(('kind', 'circular'), _negated=True), ('inspection__isnull', False)), _connector='OR'), name='document_is_about_an_inspection_or_a_round'),
        ),
        migrations.AddConstraint(
            model_name='officialdocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dated_on__isnull', False), ('document__isnull', False), ('issued_at__isnull', False), ('issued_by__isnull', False), ('number__isnull', False), ('state__in', ('issued', 'delivered', 'acknowledged', 'withdrawn')), ('year__isnull', False), models.Q(('issuer', ''), _negated=True), models.Q(('number_code', ''), _negated=True), models.Q(('pdf', ''), _negated=True), models.Q(('sha256', ''), _negated=True), models.Q(('digest', ''), _negated=True)), models.Q(('digest', ''), ('document__isnull', True), ('issued_at', None), ('issued_by', None), ('issuer', ''), ('number', None), ('number_code', ''), ('pdf', ''), ('sha256', ''), ('state__in', ('draft', 'checked', 'signed')), ('year', None)), _connector='OR'), name='document_issued_is_whole'),
        ),
        *FREEZE,
    ]
