"""Users, centres, calendars and rosters for superusers."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from servicedesk.staff import models

admin.site.site_header = admin.site.site_title = _("Administration of the service desk")
admin.site.index_title = _(
    "Accounts, service centres and reference data; records of the process can be viewed but not changed"
)


class Memberships(admin.TabularInline):
    model = models.Membership
    extra = 0


class Certificates(admin.TabularInline):
    model = models.Certificate
    extra = 0


class Shifts(admin.TabularInline):
    model = models.Shift
    extra = 0


@admin.register(models.User)
class StaffUserAdmin(UserAdmin):
    """Accounts with their memberships, certificates and shifts."""

    list_display = ["username", "display_name", "skill_level", "is_active"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "email", "language", "skill_level"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser", "last_login", "date_joined"]}),
    ]
    inlines = [Memberships, Certificates, Shifts]


class OpeningWindows(admin.TabularInline):
    model = models.OpeningHours
    extra = 0


class ClosedDays(admin.TabularInline):
    model = models.ClosedDay
    extra = 0


class Bays(admin.TabularInline):
    model = models.Bay
    extra = 0


@admin.register(models.ServiceCentre)
class ServiceCentreAdmin(admin.ModelAdmin):
    """A centre with its hours, days off and bays."""

    list_display = ["code", "name", "region", "currency"]
    inlines = [OpeningWindows, ClosedDays, Bays]


@admin.register(models.Absence)
class AbsenceAdmin(admin.ModelAdmin):
    """Leave and illness."""

    list_display = ["user", "starts_at", "ends_at", "cause"]
