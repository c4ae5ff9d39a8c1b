"""Room for encrypted telephone numbers; `encrypt_fields` fills it once no process of the old release is left.

An old process would show, and print, what it cannot read. The way back leaves plain values again.
"""

from binascii import hexlify
from typing import Any

from django.db import migrations

import organization.fields
from organization.fields import decrypt_column
from organization.second_factor import open_key


def nothing(apps: Any, schema_editor: Any) -> None:
    """Old processes still serve."""


def plain_factors(apps: Any, schema_editor: Any) -> None:
    for factor in apps.get_model("otp_totp", "totpdevice").objects.iterator():
        factor.key = hexlify(open_key(factor.key)).decode()
        factor.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("organization", "0006_login_session"), ("otp_totp", "0003_add_timestamps")]

    operations = [
        migrations.CreateModel(
            name="PhoneFactor",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
        migrations.AlterField(
            model_name="servicecenter",
            name="phone",
            field=organization.fields.EncryptedTextField(blank=True, max_length=40, verbose_name="电话"),
        ),
        migrations.RunPython(nothing, decrypt_column("organization", "servicecenter", "phone")),
        migrations.RunPython(nothing, plain_factors),
    ]
