"""What may be typed in chapter 3, cleaned for its services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from servicedesk.catalogue.models import LabourOperation, ReadingSpec
from servicedesk.staff.fields import NumberField
from servicedesk.staff.models import Bay, ServiceCentre, User
from servicedesk.workorders.models import Urgency
from workshop.models import Job, PauseCause

LARGEST = Decimal("999999")


class AssignForm(forms.Form):
    """Which jobs go to whom, in which bay, and why him."""

    technician = forms.ModelChoiceField(
        User.objects.none(), label=_("Technician"), error_messages={"required": _("Choose a technician.")}
    )
    jobs = forms.ModelMultipleChoiceField(
        Job.objects.none(), label=_("Jobs"), error_messages={"required": _("Choose at least one job to assign.")}
    )
    bay = forms.ModelChoiceField(Bay.objects.none(), label=_("Bay"), required=False, empty_label=_("No bay"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed when it is not the first suggested; it is kept with the assignment."),
    )

    def __init__(self, data: Any = None, *, centre: ServiceCentre, people: Any, jobs: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["technician"].queryset = people  # type: ignore[attr-defined]
        self.fields["jobs"].queryset = jobs  # type: ignore[attr-defined]
        self.fields["bay"].queryset = Bay.objects.filter(centre=centre).exclude(kind=Bay.Kind.WASH).order_by("code")  # type: ignore[attr-defined]


class LookForm(forms.Form):
    """A note on how far the car is."""

    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReadForm(forms.Form):
    """The technician's confirmation that he has read the order (M3.1-c)."""

    understood = forms.BooleanField(
        label=_("I have read it; content and requirements are clear"),
        error_messages={"required": _("Tick that you have read the order; otherwise ask the supervisor.")},
    )


class PauseForm(forms.Form):
    """Why the clock is stopped."""

    cause = forms.ChoiceField(label=_("Why?"), choices=PauseCause.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReadingsForm(forms.Form):
    """One field per reading that the job asks for, named `reading-<spec id>`; empty ones are left alone."""

    def __init__(self, data: Any = None, *, specs: list[ReadingSpec], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.specs = specs
        for spec in specs:
            self.fields[f"reading-{spec.pk}"] = NumberField(
                signed=True,
                label=spec.name,
                required=False,
                min_value=-LARGEST,
                max_value=LARGEST,
                max_digits=10,
                decimal_places=3,
                error_messages={"invalid": _("Type the measured value as a number, for example 21.4.")},
            )

    def values(self) -> dict[int, Decimal]:
        """The values typed, by spec id, as `services.record_readings` takes them."""
        typed = ((spec.pk, self.cleaned_data.get(f"reading-{spec.pk}")) for spec in self.specs)
        return {pk: value for pk, value in typed if value is not None}


class FindingForm(forms.Form):
    """A new problem found during the work."""

    text = forms.CharField(
        label=_("What was found"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Describe what you found, with the measured value if there is one.")},
    )
    photo = forms.FileField(label=_("Photo"), required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    operation = forms.ModelChoiceField(
        LabourOperation.objects.none(),
        label=_("Suggested work"),
        required=False,
        blank=True,
        widget=forms.RadioSelect,
        empty_label=_("The supervisor decides"),
    )
    blocks = forms.BooleanField(label=_("This job cannot go on without it"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        self.fields["operation"].queryset = LabourOperation.objects.offered()  # type: ignore[attr-defined]


class ProposeForm(forms.Form):
    """The work offered to the customer for a finding."""

    operation = forms.ModelChoiceField(
        LabourOperation.objects.none(),
        label=_("Work to offer"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the work to offer.")},
    )

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["operation"].queryset = LabourOperation.objects.offered()  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """How a finding is settled without further work."""

    note = forms.CharField(
        label=_("How it is settled"), max_length=200, error_messages={"required": _("Say how it is settled.")}
    )
