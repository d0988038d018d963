"""What this room tells the rest of the house."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "servicedesk.insight"
