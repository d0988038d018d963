"""Complaints in the superuser's admin: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from complaints import models
from servicedesk.staff.readonly import ReadOnly


@admin.register(models.Complaint)
class ComplaintAdmin(ReadOnly):
    list_display = ["number", "centre", "category", "level", "state", "owner", "owed_at"]
    list_filter = ["centre", "state", "level"]
    search_fields = ["number"]


admin.site.register(models.ComplaintEntry, ReadOnly)
