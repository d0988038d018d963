"""What may be typed on the estimate: work proposed, and the promised time (M2.2-c)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicedesk.catalogue.models import LabourOperation, Part
from servicedesk.staff.fields import NumberField
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import Concern, LineKind, LineState, Urgency, WorkOrder, WorkOrderLine

CHOOSES = ("operation", "concern", "alternative_of")
"""Fields of the form below that choose a row."""


class OperationForm(forms.Form):
    """Work proposed to the customer, and why."""

    operation = forms.ModelChoiceField(
        label=gettext_lazy("Work"),
        queryset=LabourOperation.objects.offered(),
        to_field_name="code",
        widget=forms.RadioSelect,
    )
    urgency = forms.ChoiceField(label=gettext_lazy("How urgent"), choices=Urgency.choices, initial=Urgency.SOON)
    finding = forms.CharField(
        label=gettext_lazy("What was found, and why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    concern = forms.ModelChoiceField(
        label=gettext_lazy("Answers the concern"), queryset=Concern.objects.none(), required=False
    )
    alternative_of = forms.ModelChoiceField(
        label=gettext_lazy("May be chosen instead of"), queryset=WorkOrderLine.objects.none(), required=False
    )
    found = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: WorkOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        concern, beside = self.fields["concern"], self.fields["alternative_of"]
        assert isinstance(concern, forms.ModelChoiceField)
        assert isinstance(beside, forms.ModelChoiceField)
        concern.queryset = order.concerns.order_by("position", "pk")
        rows = order.lines.top().unanswered().filter(alternative_of=None)
        beside.queryset = rows.select_related("operation", "part").order_by("position", "pk")
        concern.empty_label = beside.empty_label = _("None")

    def offer_once(self, order: WorkOrder) -> list[LabourOperation]:
        """Read what is offered once, for the page and its lists; returns the operations. One query for a visit `for_estimate`."""
        fields: Any = [self.fields[name] for name in CHOOSES]
        work, concern, beside = fields
        operations: list[LabourOperation] = list(work.queryset)
        work.choices = [forms.models.ModelChoiceIterator(work).choice(row) for row in operations]
        none = ("", concern.empty_label)
        concern.choices = [none, *((row.pk, str(row)) for row in order.concerns.all())]
        beside.choices = [
            none,
            *(
                (row.pk, str(row))
                for row in order.lines.all()
                if row.state == LineState.PROPOSED and row.parent_id is None and row.alternative_of_id is None
            ),
        ]
        return operations


class ExtraForm(forms.Form):
    """Work done outside the house, or a fee."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(kind.value, kind.label) for kind in (LineKind.SUBLET, LineKind.FEE)]
    )
    description = forms.CharField(label=gettext_lazy("What it is"), max_length=200)
    price = NumberField(label=gettext_lazy("Price"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2)


class LineForm(forms.Form):
    """What of a proposal can still be changed: quantities of its parts, one part more, the concern it answers."""

    part = forms.ModelChoiceField(
        queryset=Part.objects.offered(),
        to_field_name="part_no",
        required=False,
        widget=forms.TextInput,
        error_messages={"invalid_choice": gettext_lazy("There is no such part. Choose one of the list.")},
    )
    quantity = NumberField(min_value=Decimal("0.01"), max_digits=8, decimal_places=2, required=False)
    concern = forms.ModelChoiceField(queryset=Concern.objects.none(), required=False)

    def __init__(self, *args: Any, line: WorkOrderLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        concern = self.fields["concern"]
        assert isinstance(concern, forms.ModelChoiceField)
        concern.queryset = Concern.objects.filter(work_order=line.work_order_id)
        self.rows = [row.pk for row in line.parts.all()]
        for pk in self.rows:
            self.fields[f"qty_{pk}"] = NumberField(
                min_value=Decimal(0),
                max_digits=8,
                decimal_places=2,
                required=False,
                error_messages={"invalid": _("Write the quantity in digits; 0 takes the part off.")},
            )

    def values(self) -> dict[str, Any]:
        """What `change_line` takes."""
        data = self.cleaned_data
        typed = {pk: data.get(f"qty_{pk}") for pk in self.rows}
        return {
            "quantities": {pk: value for pk, value in typed.items() if value is not None},
            "part": data["part"],
            "quantity": data["quantity"] or Decimal(1),
            "concern": data["concern"],
        }


class MomentField(forms.DateTimeField):
    """A date and time on the centre's own clock, as `datetime-local` inputs send it. Gives an aware datetime."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%dT%H:%M"],
            error_messages={"invalid": gettext_lazy("Give date and time, for example 2026-11-24 17:30.")},
            **kwargs,
        )


class PromiseForm(forms.Form):
    """The promised delivery time, on the centre's clock."""

    promised_at = MomentField(label=gettext_lazy("Ready by"))
    reason = forms.CharField(label=gettext_lazy("Why the time moves"), max_length=200, required=False)

    def __init__(self, *args: Any, centre: ServiceCentre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centre = centre

    def clean_promised_at(self) -> dt.datetime:
        """Read the typed time on the centre's clock, whatever zone the server runs in."""
        typed: dt.datetime = self.cleaned_data["promised_at"]
        return self.centre.at(typed.date(), typed.time())
