"""What this room tells the rest of the house."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "servicedesk.documents"
