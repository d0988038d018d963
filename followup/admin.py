"""Follow-ups in the superuser's admin: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from followup import models


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


@admin.register(models.FollowUp)
class FollowUpAdmin(ReadOnly):
    list_display = ["work_order", "sequence", "centre", "due_at", "state", "agent"]
    list_filter = ["centre", "state"]


@admin.register(models.Problem)
class ProblemAdmin(ReadOnly):
    list_display = ["work_order", "department", "state", "due_at"]
    list_filter = ["centre", "state", "department"]


admin.site.register([models.FollowUpPlan, models.Attempt, models.Feedback], ReadOnly)
