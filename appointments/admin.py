"""Bookings in the superuser's admin: to look at, never to change."""

from django.contrib import admin

from appointments import models
from servicedesk.staff.readonly import ReadOnly


@admin.register(models.Appointment)
class AppointmentAdmin(ReadOnly):
    list_display = ["number", "centre", "vehicle", "customer", "starts_at", "state", "source"]
    list_filter = ["centre", "state", "source"]
    search_fields = ["number"]


admin.site.register(
    [
        models.AppointmentMove,
        models.SlotPlace,
        models.TimeOffer,
        models.DayLoad,
        models.LoadHold,
        models.LoadOverride,
    ],
    ReadOnly,
)
