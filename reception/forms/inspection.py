"""A mark of damage sent without script (M2.2-a); the tablet sends changes, see `services.tablet`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reception.models import DamageMark
from servicedesk.catalogue.models import ChecklistItem


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
