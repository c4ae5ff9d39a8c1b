"""A text that lies encrypted in its column and is plain everywhere else."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models

from .encryption import decrypt, encrypt, is_encrypted


class EncryptedTextField(models.TextField):
    """`max_length` holds for the plain text. It cannot be searched or sorted; empty stays empty."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    @property
    def about(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        plain = super().get_db_prep_save(value, connection)
        return encrypt(plain.encode(), self.about) if isinstance(plain, str) and plain else plain

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        # An older release wrote it plain, until `encrypt_fields` has run.
        return decrypt(value, self.about).decode() if value and is_encrypted(value) else value

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **options})


def decrypt_column(app: str, model: str, name: str) -> Callable[[Any, Any], None]:
    """For the way back of a migration: leave plain text for the release before, which knows no keys."""

    def decrypt_rows(apps: Any, schema_editor: Any) -> None:
        rows = apps.get_model(app, model)._base_manager.using(schema_editor.connection.alias)
        for row in rows.exclude(**{name: ""}).iterator():
            plain = models.Value(getattr(row, name), output_field=models.TextField())
            rows.filter(pk=row.pk).update(**{name: plain})

    return decrypt_rows
