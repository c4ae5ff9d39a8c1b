"""Which notice a person has read and when; since when an account is disabled, or freed of whose it was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0007_encrypted_fields")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="notice_version",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40, verbose_name="已读告知"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="notice_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="阅读时间"),
        ),
        migrations.AddField(
            model_name="user",
            name="disabled_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="停用时间"),
        ),
        migrations.AddField(
            model_name="user",
            name="anonymized_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="注销时间"),
        ),
    ]
