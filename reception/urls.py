"""Addresses of this chapter."""

from django.urls import URLPattern

app_name = "reception"
urlpatterns: list[URLPattern] = []
