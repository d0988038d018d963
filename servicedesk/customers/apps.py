"""What this room tells the rest of the house."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "servicedesk.customers"
