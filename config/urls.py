"""Every address of the portal."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from organization.component_page import component_page
from organization.views.entry import Login, Logout, home

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

# In the order in which they are tried: what phones in the field send every few seconds comes first.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("inspections.urls")),
    path("", home, name="home"),
    path("login/", Login.as_view(), name="login"),
    path("logout/", Logout.as_view(), name="logout"),
    path("language/", login_not_required(require_POST(set_language)), name="set_language"),
    path("", include("organization.urls")),
    path("standards/", include("standards.urls")),
    path("", include("reports.urls")),
    path("", include("config.operations.urls")),
]
if settings.SSO_ISSUER:
    urlpatterns.append(path("sso/", include("organization.sso_urls")))
if settings.SHOW_COMPONENTS:
    urlpatterns.append(path("components/", component_page, name="components"))
