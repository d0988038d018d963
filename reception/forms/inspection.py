"""What may be typed at the car: dials, marks of damage (M2.2-a)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reception.checklist import FUEL_LEVELS
from reception.models import DamageMark
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.customers.fields import OdometerField
from servicedesk.customers.models import Vehicle


class ReadingsForm(forms.Form):
    """What the dials show and how many keys were given. Fields follow the car's drive."""

    odometer = OdometerField(label=gettext_lazy("Odometer (km)"))
    fuel = forms.ChoiceField(label=gettext_lazy("Fuel"), choices=[(level, level) for level in FUEL_LEVELS])
    charge = forms.IntegerField(label=gettext_lazy("State of charge (%)"), min_value=0, max_value=100)
    keys = forms.IntegerField(label=gettext_lazy("Number of keys and remotes"), min_value=0, max_value=20)
    corrected = forms.BooleanField(
        label=gettext_lazy("The reading is right: it is lower than the last one"), required=False
    )

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vehicle = vehicle
        if not vehicle.is_plugged_in:
            del self.fields["charge"]
        if vehicle.powertrain == "ev":
            del self.fields["fuel"]

    @property
    def asks_again(self) -> bool:
        """Whether the reading was taken for a mistake because it is below the last one."""
        return self.has_error("odometer", code="lower")

    def clean(self) -> dict[str, Any]:
        """A reading below the last one is asked about, once."""
        cleaned = super().clean() or {}
        reading, last = cleaned.get("odometer"), self.vehicle.odometer
        if reading is not None and last is not None and reading < last and not cleaned.get("corrected"):
            words = _("Less than last time (%(last)s km). Look again, or tick below that it is right.")
            self.add_error("odometer", forms.ValidationError(words % {"last": f"{last:,}"}, code="lower"))
        return cleaned


class MarkForm(forms.Form):
    """One mark of damage. The place comes from a tap on the outline, else from the part named."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of damage"), choices=DamageMark.Kind.choices)
    item = forms.ModelChoiceField(label=gettext_lazy("Where"), queryset=ChecklistItem.objects.none(), required=False)
    note = forms.CharField(label=gettext_lazy("Size or remark"), max_length=120, required=False)
    x = forms.IntegerField(min_value=0, max_value=500, required=False)
    y = forms.IntegerField(min_value=0, max_value=440, required=False)
    photo = forms.FileField(label=gettext_lazy("Photo"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, places: Iterable[ChecklistItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["item"]
        field.queryset = ChecklistItem.objects.filter(pk__in=[item.pk for item in places])

    def clean(self) -> dict[str, Any]:
        """A tap or a part is needed."""
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("item") is None and (cleaned.get("x") is None or cleaned.get("y") is None):
            self.add_error("item", _("Tap the place on the outline, or choose the part."))
        return cleaned
