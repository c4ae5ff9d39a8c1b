"""The standards app."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "standards"
