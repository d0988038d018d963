"""Bookings in the superuser's admin: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from appointments import models


class ReadOnly(admin.ModelAdmin):
    """Process rows are changed by services only."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


@admin.register(models.Appointment)
class AppointmentAdmin(ReadOnly):
    list_display = ["number", "centre", "vehicle", "customer", "starts_at", "state", "source"]
    list_filter = ["centre", "state", "source"]
    search_fields = ["number"]


admin.site.register([models.AppointmentMove, models.SlotPlace, models.TimeOffer], ReadOnly)
