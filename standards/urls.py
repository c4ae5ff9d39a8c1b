"""Addresses of the standards app."""

from django.urls import path, register_converter

from .faults import CODE_PATTERN
from .views import drafts, editions


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
    path("", editions.edition_list, name="edition-list"),
    path("<code:code>/<code:edition>/", editions.edition_detail, name="edition"),
    path("<code:code>/<code:edition>/efforts/", editions.efforts, name="efforts"),
    path("<code:code>/<code:edition>/changes/", editions.changes, name="changes"),
    path("<code:code>/<code:edition>/draft/", drafts.draft, name="draft"),
    path("<code:code>/<code:edition>/copy/", drafts.copy, name="copy"),
    path("<code:code>/<code:edition>/publish/", drafts.publish, name="publish"),
    path("<code:code>/<code:edition>/discard/", drafts.discard, name="discard"),
]
