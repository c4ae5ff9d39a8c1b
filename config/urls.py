"""Every address of the portal."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("organization.urls")),
    path("standards/", include("standards.urls")),
    path("", include("inspections.urls")),
    path("", include("reports.urls")),
]
