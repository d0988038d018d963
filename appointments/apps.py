"""What this chapter tells the rest of the house."""

from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    name = "appointments"
