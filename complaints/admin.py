"""Complaints in the superuser's admin: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from complaints import models


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


@admin.register(models.Complaint)
class ComplaintAdmin(ReadOnly):
    list_display = ["number", "centre", "category", "level", "state", "owner", "answer_due_at"]
    list_filter = ["centre", "state", "level"]
    search_fields = ["number"]


admin.site.register(models.ComplaintEntry, ReadOnly)
