"""Reference data in the superuser's admin."""

from django.contrib import admin

from servicedesk.catalogue import models
from servicedesk.catalogue.names import Named


class ReferenceAdmin(admin.ModelAdmin):
    list_display = ["key_of", "name_en", "name_zh_hant", "name_zh_hans", "active"]
    list_filter = ["active"]
    search_fields = ["name_en", "name_zh_hant", "name_zh_hans"]

    @admin.display(description="code")
    def key_of(self, row: Named) -> str:
        """What the trade calls the row by."""
        return str(next(getattr(row, field) for field in ("code", "part_no", "key") if hasattr(row, field)))


class KitPartInline(admin.TabularInline):
    model = models.KitPart
    extra = 0
    autocomplete_fields = ["part"]


class PartPriceInline(admin.TabularInline):
    model = models.PartPrice
    extra = 0


@admin.register(models.LabourOperation)
class LabourOperationAdmin(ReferenceAdmin):
    list_filter = ["active", "group"]
    search_fields = ["code", *ReferenceAdmin.search_fields]
    inlines = [KitPartInline]


@admin.register(models.Part)
class PartAdmin(ReferenceAdmin):
    list_filter = ["active", "category"]
    search_fields = ["part_no", *ReferenceAdmin.search_fields]
    inlines = [PartPriceInline]


@admin.register(models.ChecklistItem)
class ChecklistItemAdmin(ReferenceAdmin):
    list_filter = ["active", "list", "group"]


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
