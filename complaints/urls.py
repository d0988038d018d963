"""Addresses of this chapter."""

from django.urls import URLPattern

app_name = "complaints"
urlpatterns: list[URLPattern] = []
