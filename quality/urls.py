"""Addresses of this chapter."""

from django.urls import URLPattern

app_name = "quality"
urlpatterns: list[URLPattern] = []
