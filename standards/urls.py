"""Addresses of the standards app."""

from django.urls import path

from . import views

app_name = "standards"

urlpatterns = [
    path("", views.edition_list, name="edition-list"),
    path("<str:code>/<str:edition>/", views.edition_detail, name="edition"),
]
