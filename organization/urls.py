"""Addresses of the organization app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
