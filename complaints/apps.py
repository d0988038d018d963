"""What this chapter tells the rest of the house."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"
