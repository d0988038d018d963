"""The demonstration as an application: it has a command and no tables."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "servicedesk.demo"
    label = "demo"
