"""Work orders in the superuser's admin: to look at, never to change."""

from django.contrib import admin

from servicedesk.staff.readonly import ReadOnly
from servicedesk.workorders.models import WorkOrder


@admin.register(WorkOrder)
class WorkOrderAdmin(ReadOnly):
    list_display = ["number", "centre", "stage", "vehicle", "customer", "advisor", "opened_at", "promised_at"]
    list_filter = ["centre", "stage"]
    list_select_related = ["centre", "vehicle", "customer", "advisor"]
    search_fields = ["=number"]
