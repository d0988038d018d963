"""Customers in the superuser's admin: to look, not to work. The services make corrections, and note who did."""

from django.contrib import admin

from servicedesk.customers.models import Customer, CustomerChange, Vehicle
from servicedesk.staff.readonly import ReadOnly


@admin.register(Customer)
class CustomerAdmin(ReadOnly):
    list_display = ["name", "phone", "email", "created_at"]
    search_fields = ["name", "phone", "email"]


@admin.register(Vehicle)
class VehicleAdmin(ReadOnly):
    list_display = ["plate", "vin", "make", "model_name", "customer"]
    list_select_related = ["customer"]
    search_fields = ["plate_key", "vin"]


@admin.register(CustomerChange)
class CustomerChangeAdmin(ReadOnly):
    list_display = ["customer", "at", "by_label", "fields"]
    list_select_related = ["customer"]
