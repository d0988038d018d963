"""Customers in the superuser's admin: to look, not to work. The services make corrections, and note who did."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from servicedesk.customers.models import Customer, CustomerChange, Vehicle


class LookOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False


@admin.register(Customer)
class CustomerAdmin(LookOnly):
    list_display = ["name", "phone", "email", "created_at"]
    search_fields = ["name", "phone", "email"]


@admin.register(Vehicle)
class VehicleAdmin(LookOnly):
    list_display = ["plate", "vin", "make", "model_name", "customer"]
    list_select_related = ["customer"]
    search_fields = ["plate_key", "vin"]


@admin.register(CustomerChange)
class CustomerChangeAdmin(LookOnly):
    list_display = ["customer", "at", "by_label", "fields"]
    list_select_related = ["customer"]
