"""Room for encrypted telephone numbers of offices and documents; see organization's 0007."""

from typing import Any

from django.db import migrations

import organization.fields
from organization.fields import decrypt_column
from reports.freezing import DOCUMENTS


def nothing(apps: Any, schema_editor: Any) -> None:
    """Old processes still serve."""


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_job_files_are_removed"), ("organization", "0007_encrypted_fields")]

    operations = [
        migrations.RunPython(DOCUMENTS.thaw, DOCUMENTS.freeze),
        migrations.AlterField(
            model_name="issuingbody",
            name="phone",
            field=organization.fields.EncryptedTextField(blank=True, max_length=40, verbose_name="联系电话"),
        ),
        migrations.AlterField(
            model_name="officialdocument",
            name="phone",
            field=organization.fields.EncryptedTextField(blank=True, max_length=40, verbose_name="联系电话"),
        ),
        migrations.RunPython(DOCUMENTS.freeze, DOCUMENTS.thaw),
        migrations.RunPython(nothing, decrypt_column("reports", "issuingbody", "phone")),
        migrations.RunPython(nothing, decrypt_column("reports", "officialdocument", "phone")),
    ]
