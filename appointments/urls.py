"""Addresses of this chapter."""

from django.urls import URLPattern

app_name = "appointments"
urlpatterns: list[URLPattern] = []
