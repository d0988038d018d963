"""Addresses of this chapter."""

from django.urls import URLPattern

app_name = "followup"
urlpatterns: list[URLPattern] = []
