"""Addresses of single sign-on; there are none while it is off."""

from django.urls import path

from .views import single_sign_on

urlpatterns = [
    path("", single_sign_on.begin, name="sso"),
    path("done/", single_sign_on.done, name="sso-done"),
]
