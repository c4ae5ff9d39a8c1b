"""The organization app."""

from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "organization"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers them
