"""Process rows for superusers, read-only."""

from django.contrib import admin

from servicedesk.staff.readonly import ReadOnly
from workshop import models


@admin.register(models.Job)
class JobAdmin(ReadOnly):
    list_display = ["pk", "work_order", "kind", "state", "technician", "rank", "assigned_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["work_order", "technician"]


@admin.register(models.Finding)
class FindingAdmin(ReadOnly):
    list_display = ["pk", "work_order", "urgency", "state", "by_label", "reported_at"]
    list_filter = ["state", "urgency"]
    list_select_related = ["work_order"]
