"""Process rows of chapters 5 and 6 for superusers, read-only: money and signatures are not edited."""

from django.contrib import admin

from delivery import models
from servicedesk.staff.readonly import ReadOnly


@admin.register(models.Bill)
class BillAdmin(ReadOnly):
    list_display = ["number", "kind", "state", "work_order", "total", "currency", "issued_at", "by_label"]
    list_filter = ["centre", "kind", "state"]
    list_select_related = ["work_order"]
    search_fields = ["number"]


@admin.register(models.Payment)
class PaymentAdmin(ReadOnly):
    list_display = ["pk", "work_order", "amount", "method", "at", "by_label", "reversal_of"]
    list_filter = ["method"]
    list_select_related = ["work_order", "reversal_of"]


@admin.register(models.Handover)
class HandoverAdmin(ReadOnly):
    list_display = ["pk", "work_order", "accepted", "person", "relation", "at", "by_label"]
    list_filter = ["accepted"]
    list_select_related = ["work_order"]
    exclude = ["signature"]


@admin.register(models.Opinion)
class OpinionAdmin(ReadOnly):
    list_display = ["pk", "work_order", "department", "state", "value", "at", "answered_by"]
    list_filter = ["department", "state"]
    list_select_related = ["work_order"]


@admin.register(models.WashTask)
class WashTaskAdmin(ReadOnly):
    list_display = ["pk", "work_order", "round", "waived", "opened_at"]
    list_select_related = ["work_order"]
