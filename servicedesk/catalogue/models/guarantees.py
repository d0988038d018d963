"""How long a centre guarantees its work, by class of work."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.words import GuaranteeClass


class GuaranteeTerm(models.Model):
    """What a centre promises for one class of work, whichever comes first, from release. Without one, its general term."""

    centre = models.ForeignKey("staff.ServiceCentre", on_delete=models.CASCADE, related_name="guarantee_terms")
    guarantee_class = models.CharField(_("Class of guarantee"), max_length=30, choices=GuaranteeClass.choices)
    days = models.PositiveIntegerField(_("Repair guarantee (days)"))
    km = models.PositiveIntegerField(_("Repair guarantee (km)"))

    class Meta:
        verbose_name = _("guarantee term")
        verbose_name_plural = _("guarantee terms")
        constraints = [
            models.UniqueConstraint(fields=["centre", "guarantee_class"], name="one_guarantee_term_per_class")
        ]

    def __str__(self) -> str:
        return f"{self.guarantee_class}: {self.days} d, {self.km} km"
