"""Addresses of this chapter."""

from django.urls import URLPattern

app_name = "workshop"
urlpatterns: list[URLPattern] = []
