"""Reference data in the superuser's admin. What is changed there is kept: loading the supplied data passes it by."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue import models
from servicedesk.catalogue.names import Named


class ReferenceAdmin(admin.ModelAdmin):
    list_display = ["key_of", "name_en", "name_zh_hant", "name_zh_hans", "active", "own"]
    list_filter = ["active", "own"]
    search_fields = ["name_en", "name_zh_hant", "name_zh_hans"]

    @admin.display(description=_("Code"))
    def key_of(self, row: Named) -> str:
        """What the trade calls the row by."""
        return str(next(getattr(row, field) for field in ("code", "part_no", "key") if hasattr(row, field)))

    def save_model(self, request: HttpRequest, obj: Named, form: Any, change: bool) -> None:
        """Keep by hand what was changed or added, unless just that was unticked: then the next load restores the row."""
        if form.has_changed() and "own" not in form.changed_data:
            obj.own = True
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Named | None = None) -> bool:
        """Supplied rows would come back with the next load: they are retired instead."""
        return obj is not None and obj.own and super().has_delete_permission(request, obj)


class KitPartInline(admin.TabularInline):
    model = models.KitPart
    extra = 0
    autocomplete_fields = ["part"]


class PartPriceInline(admin.TabularInline):
    model = models.PartPrice
    extra = 0


@admin.register(models.LabourOperation)
class LabourOperationAdmin(ReferenceAdmin):
    list_filter = ["active", "own", "group"]
    search_fields = ["code", *ReferenceAdmin.search_fields]
    inlines = [KitPartInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A changed kit is the operation's: it is kept by hand with it."""
        super().save_formset(request, form, formset, change)
        if formset.has_changed():
            models.LabourOperation.objects.filter(pk=form.instance.pk).update(own=True)


@admin.register(models.Part)
class PartAdmin(ReferenceAdmin):
    list_filter = ["active", "own", "category"]
    search_fields = ["part_no", *ReferenceAdmin.search_fields]
    inlines = [PartPriceInline]


@admin.register(models.ChecklistItem)
class ChecklistItemAdmin(ReferenceAdmin):
    """To look at, and to give an item back to the supplied data; managers change the lists on their own pages."""

    list_filter = ["active", "own", "list", "group"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything but `own`: a version's words never change."""
        return [field.name for field in self.model._meta.fields if field.name != "own"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """New items are added in the checklist editor, which knows what each list needs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Named | None = None) -> bool:
        """Versions are kept."""
        return False


admin.site.register(
    [
        models.ReadingSpec,
        models.VehicleModel,
        models.SkillLevel,
        models.FollowUpRule,
        models.SurveyQuestion,
        models.ComplaintCategory,
        models.KPI,
    ],
    ReferenceAdmin,
)
