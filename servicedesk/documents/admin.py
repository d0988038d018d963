"""Private rows for superusers, read-only: evidence is not edited."""

from django.contrib import admin

from servicedesk.documents import models
from servicedesk.staff.readonly import ReadOnly


@admin.register(models.Paper)
class PaperAdmin(ReadOnly):
    list_display = ["number", "version", "kind", "about", "centre", "language", "created_at", "by_label"]
    exclude = ["file"]


@admin.register(models.PaperOrder)
class PaperOrderAdmin(ReadOnly):
    list_display = ["number", "version", "kind", "about", "centre", "language", "state", "attempts", "ordered_at"]
    list_filter = ["state"]
    exclude = ["facts"]


@admin.register(models.Photo)
class PhotoAdmin(ReadOnly):
    list_display = ["pk", "caption", "centre", "width", "height", "created_at", "by_label"]
    exclude = ["file", "thumbnail"]


@admin.register(models.Signature)
class SignatureAdmin(ReadOnly):
    list_display = ["pk", "name", "centre", "signed_at", "by_label"]
    exclude = ["drawing"]
