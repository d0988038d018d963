"""Signed reports for superusers, read-only."""

from django.contrib import admin

from quality import models
from servicedesk.staff.readonly import ReadOnly


@admin.register(models.SelfCheck)
class SelfCheckAdmin(ReadOnly):
    list_display = ["pk", "work_order", "round", "technician", "passed", "signed_at"]
    list_select_related = ["work_order", "technician"]


@admin.register(models.FinalInspection)
class FinalInspectionAdmin(ReadOnly):
    list_display = ["pk", "work_order", "round", "inspector", "verdict", "signed_at"]
    list_select_related = ["work_order", "inspector"]
