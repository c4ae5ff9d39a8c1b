"""Addresses of the standards app."""

from django.urls import path, register_converter

from . import views
from .faults import CODE_PATTERN


class CodeConverter:
    """A standard's or an edition's code; anything else has no page."""

    regex = CODE_PATTERN.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")

app_name = "standards"

urlpatterns = [
    path("", views.edition_list, name="edition-list"),
    path("<code:code>/<code:edition>/", views.edition_detail, name="edition"),
    path("<code:code>/<code:edition>/efforts/", views.efforts, name="efforts"),
]
