"""Who works in a service centre. Keys are stable; labels are the manual's own words (chapter "Who does what")."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A role key of the house, held per service centre through `Membership`."""

    ADVISOR = "advisor", _("Service advisor")
    SUPERVISOR = "supervisor", _("Workshop supervisor")
    TECHNICIAN = "technician", _("Technician")
    INSPECTOR = "inspector", _("Quality inspector")
    DETAILER = "detailer", _("Service staff")
    CASHIER = "cashier", _("Cashier")
    AGENT = "agent", _("Customer service")
    PARTS = "parts", _("Parts counter")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")


EVERYONE = frozenset(Role.values)
PROCESS = EVERYONE - {Role.ADMIN.value}
"""All roles that may see customers' data: everybody but the administrator."""
