"""Follow-ups in the superuser's admin: to look at, never to change."""

from __future__ import annotations

from django.contrib import admin

from followup import models
from servicedesk.staff.readonly import ReadOnly


@admin.register(models.FollowUp)
class FollowUpAdmin(ReadOnly):
    list_display = ["work_order", "sequence", "centre", "due_at", "state", "agent"]
    list_filter = ["centre", "state"]


@admin.register(models.Problem)
class ProblemAdmin(ReadOnly):
    list_display = ["work_order", "department", "state", "due_at"]
    list_filter = ["centre", "state", "department"]


admin.site.register([models.FollowUpPlan, models.Attempt, models.Feedback], ReadOnly)
