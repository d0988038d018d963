"""What this room tells the rest of the house."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "servicedesk.messaging"
