"""Private rows for superusers, read-only: evidence is not edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from servicedesk.documents import models


class ReadOnly(admin.ModelAdmin):
    """Looked at, never changed."""

    date_hierarchy = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Paper)
class PaperAdmin(ReadOnly):
    list_display = ["number", "version", "kind", "about", "centre", "language", "created_at", "by_label"]
    exclude = ["file"]
    show_full_result_count = False


@admin.register(models.PaperOrder)
class PaperOrderAdmin(ReadOnly):
    list_display = ["number", "version", "kind", "about", "centre", "language", "state", "attempts", "ordered_at"]
    list_filter = ["state"]
    exclude = ["facts"]
    show_full_result_count = False


@admin.register(models.Photo)
class PhotoAdmin(ReadOnly):
    list_display = ["pk", "caption", "centre", "width", "height", "created_at", "by_label"]
    exclude = ["file", "thumbnail"]
    show_full_result_count = False


@admin.register(models.Signature)
class SignatureAdmin(ReadOnly):
    list_display = ["pk", "name", "centre", "signed_at", "by_label"]
    exclude = ["drawing"]
    show_full_result_count = False
