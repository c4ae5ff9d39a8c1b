"""One table for every document that takes a number, with its history and the register of numbers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import organization.identifiers
from reports.freezing import NOTICE_GUARD


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0003_freeze_findings"),
        ("organization", "0001_people_and_places"),
        ("reports", "0003_notice_names_its_office"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(NOTICE_GUARD.thaw, NOTICE_GUARD.freeze),
        migrations.RemoveConstraint(model_name="notice", name="notice_issued_is_whole"),
        migrations.RenameModel("Notice", "OfficialDocument"),
        migrations.CreateModel(
            name='DefaultWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('notice', '通知'), ('letter', '通知（信函格式）'), ('order', '整改通知书'), ('circular', '情况通报'), ('opinion', '复查意见')], max_length=12, verbose_name='文种')),
                ('passages', models.JSONField(default=dict, verbose_name='常用语')),
                ('edited_at', models.DateTimeField(verbose_name='修改时间')),
            ],
        ),
        migrations.CreateModel(
            name='DocumentEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(choices=[('draft', '起草'), ('edit', '修改'), ('check', '核稿'), ('sign', '签发'), ('send_back', '退回修改'), ('issue', '印发'), ('deliver', '送达'), ('acknowledge', '签收'), ('withdraw', '撤回')], max_length=12, verbose_name='步骤')),
                ('before', models.CharField(blank=True, max_length=12)),
                ('after', models.CharField(choices=[('draft', '草稿'), ('checked', '已核稿'), ('signed', '已签发'), ('issued', '已印发'), ('delivered', '已送达'), ('acknowledged', '已签收'), ('withdrawn', '已撤回')], max_length=12)),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('happened_on', models.DateField(blank=True, null=True, verbose_name='日期')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('way', models.CharField(blank=True, choices=[('system', '系统送达'), ('hand', '直接送交'), ('post', '邮寄送达')], max_length=10, verbose_name='送达方式')),
                ('person', models.CharField(blank=True, max_length=50, verbose_name='签收人')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='GivenNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number_code', models.CharField(max_length=20, verbose_name='机关代字')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年份')),
                ('number', models.PositiveIntegerField(verbose_name='序号')),
                ('given_at', models.DateTimeField(verbose_name='编号时间')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='作废时间')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='作废原因')),
            ],
            options={
                'ordering': ['-year', '-number'],
            },
        ),
        migrations.CreateModel(
            name='SealImage',
            fields=[
                ('id', models.UUIDField(default=organization.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('sealed', '印章'), ('signature', '签名章')], max_length=10, verbose_name='用途')),
                ('post', models.CharField(blank=True, max_length=30, verbose_name='签发人职务')),
                ('width_mm', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='宽度（毫米）')),
                ('height_mm', models.DecimalField(decimal_places=1, max_digits=4, verbose_name='高度（毫米）')),
                ('image', models.FileField(upload_to='seals/', verbose_name='图片')),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'ordering': ['-uploaded_at'],
            },
        ),
        migrations.AddField(
            model_name='issuingbody',
            name='step_by_step',
            field=models.BooleanField(default=False, verbose_name='逐级审签'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='digest',
            field=models.CharField(blank=True, max_length=64, verbose_name='内容摘要'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='kind',
            field=models.CharField(choices=[('notice', '通知'), ('letter', '通知（信函格式）'), ('order', '整改通知书'), ('circular', '情况通报'), ('opinion', '复查意见')], default='notice', max_length=12, verbose_name='文种'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='proof',
            field=models.CharField(choices=[('none', '不附'), ('receipt', '回执'), ('service', '送达回证')], default='receipt', max_length=10, verbose_name='送达凭证'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='reports.officialdocument', verbose_name='代替'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='round',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='inspections.round', verbose_name='轮次'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='seal',
            field=models.CharField(choices=[('sealed', '加盖印章'), ('unsealed', '不加盖印章'), ('signature', '加盖签发人签名章')], default='sealed', max_length=10, verbose_name='签章方式'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='signature',
            field=models.JSONField(blank=True, default=dict, verbose_name='电子签名'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='token',
            field=models.CharField(default='', editable=False, max_length=32, verbose_name='核验码'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='with_photos',
            field=models.BooleanField(default=True, verbose_name='附问题照片'),
        ),
        migrations.AddField(
            model_name='officialdocument',
            name='wording',
            field=models.JSONField(blank=True, default=dict, verbose_name='措辞'),
        ),
        migrations.AlterField(
            model_name='officialdocument',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='reports.issuingbody', verbose_name='发文机关'),
        ),
        migrations.AlterField(
            model_name='officialdocument',
            name='inspection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='inspections.inspection', verbose_name='检查'),
        ),
        migrations.AlterField(
            model_name='officialdocument',
            name='pdf',
            field=models.FileField(blank=True, upload_to='documents/%Y/', verbose_name='文件'),
        ),
        migrations.AlterField(
            model_name='officialdocument',
            name='state',
            field=models.CharField(choices=[('draft', '草稿'), ('checked', '已核稿'), ('signed', '已签发'), ('issued', '已印发'), ('delivered', '已送达'), ('acknowledged', '已签收'), ('withdrawn', '已撤回')], default='draft', max_length=12, verbose_name='状态'),
        ),
        migrations.AddField(
            model_name='defaultwording',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='reports.issuingbody'),
        ),
        migrations.AddField(
            model_name='defaultwording',
            name='edited_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='修改人'),
        ),
        migrations.AddField(
            model_name='documentevent',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AddField(
            model_name='documentevent',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reports.officialdocument'),
        ),
        migrations.AddField(
            model_name='givennumber',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='given_numbers', to='reports.issuingbody'),
        ),
        migrations.AddField(
            model_name='givennumber',
            name='document',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='given_number', to='reports.officialdocument'),
        ),
        migrations.AddField(
            model_name='givennumber',
            name='given_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='编号人'),
        ),
        migrations.AddField(
            model_name='givennumber',
            name='voided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作废人'),
        ),
        migrations.AddField(
            model_name='sealimage',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seal_images', to='reports.issuingbody'),
        ),
        migrations.AddField(
            model_name='sealimage',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人'),
        ),
        migrations.AddConstraint(
            model_name='defaultwording',
            constraint=models.UniqueConstraint(fields=('body', 'kind'), name='one_wording_per_kind'),
        ),
        migrations.AddConstraint(
            model_name='givennumber',
            constraint=models.UniqueConstraint(fields=('body', 'year', 'number'), name='given_number_once'),
        ),
        migrations.AddConstraint(
            model_name='givennumber',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='given_number_from_1'),
        ),
        migrations.AddConstraint(
            model_name='givennumber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('voided_at', None), ('voided_by', None)), models.Q(('voided_at__isnull', False), ('voided_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='void_number_says_who_when_why'),
        ),
        migrations.AddConstraint(
            model_name='givennumber',
            constraint=models.CheckConstraint(condition=models.Q(('document__isnull', False), ('voided_at__isnull', False), _connector='OR'), name='number_without_document_is_void'),
        ),
        migrations.AddConstraint(
            model_name='sealimage',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('body', 'purpose'), name='one_seal_image_in_use'),
        ),
        migrations.AddConstraint(
            model_name='sealimage',
            constraint=models.CheckConstraint(condition=models.Q(('width_mm__range', (10, 60))), name='seal_image_10_to_60_mm'),
        ),
    ]
