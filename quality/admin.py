"""Signed reports for superusers, read-only."""

from django.contrib import admin

from quality import models
from servicedesk.documents.admin import ReadOnly


@admin.register(models.SelfCheck)
class SelfCheckAdmin(ReadOnly):
    list_display = ["pk", "work_order", "round", "technician", "passed", "signed_at"]
    list_select_related = ["work_order", "technician"]
    show_full_result_count = False


@admin.register(models.FinalInspection)
class FinalInspectionAdmin(ReadOnly):
    list_display = ["pk", "work_order", "round", "inspector", "verdict", "signed_at"]
    list_select_related = ["work_order", "inspector"]
    show_full_result_count = False
