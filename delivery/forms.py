"""What people type in these chapters. Errors say how to mend the field; nothing typed ever becomes a 500."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from delivery.models import Handover, PaymentMethod, WashPart
from delivery.surveys import REASONS
from servicedesk.customers.fields import OdometerField
from servicedesk.staff.fields import NumberField
from servicedesk.staff.roles import Role

MOST = Decimal("9999999999")
DEPARTMENTS = [role for role in Role if role != Role.ADMIN]


class PaymentForm(forms.Form):
    """Money received."""

    amount = NumberField(
        label=_("Amount received"),
        grouped=True,
        min_value=Decimal("0.01"),
        max_value=MOST,
        max_digits=12,
        decimal_places=2,
    )
    method = forms.ChoiceField(label=_("Payment method"), choices=PaymentMethod.choices)
    reference = forms.CharField(label=_("Last four digits of the card, or reference"), max_length=40, required=False)
    invoice = forms.CharField(label=_("Invoice number or carrier"), max_length=40, required=False)


class LineForm(forms.Form):
    """What was really used of one line."""

    quantity = NumberField(
        label=_("Quantity used"), min_value=Decimal(0), max_value=MOST, max_digits=10, decimal_places=2
    )
    reason = forms.CharField(label=_("Why it differs"), max_length=200, required=False)


class ReasonForm(forms.Form):
    """Why: a reversal, a credit note, a release, a way back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class TickForm(forms.Form):
    """Which part was cleaned."""

    part = forms.ChoiceField(choices=WashPart.Part.choices)


class LookForm(forms.Form):
    """The second look: a verdict per item, read by `verdicts`."""

    remarks = forms.CharField(label=_("Remarks"), max_length=200, required=False)

    def verdicts(self) -> dict[int, str]:
        """Item id → verdict, as posted in `item_<id>`; the service judges them."""
        found = {}
        for name, value in self.data.items():
            tail = name.removeprefix("item_")
            if tail != name and re.fullmatch(r"[0-9]{1,9}", tail, re.ASCII):
                found[int(tail)] = str(value)
        return found


class NotifyForm(forms.Form):
    """How the customer is told."""

    in_person = forms.BooleanField(required=False)


def all_of(choices: Any, wanted: frozenset[str], ticked: list[str], refusal: Any) -> list[str]:
    """`ticked`, when all of `wanted` is among it; else a ValidationError that names the rest."""
    missing = [str(label) for value, label in choices.choices if value in wanted - set(ticked)]
    if missing:
        raise ValidationError(refusal % pgettext("between items of a list", ", ").join(missing))
    return ticked


class AcceptanceForm(forms.Form):
    """Explained, looked over, accepted, papers given."""

    explained = forms.MultipleChoiceField(label=_("Explained"), choices=Handover.Explained.choices, required=False)
    given = forms.MultipleChoiceField(label=_("Given"), choices=Handover.Given.choices, required=False)
    odometer_out = OdometerField(label=_("Odometer now (km)"))
    remarks = forms.CharField(label=_("Remarks"), max_length=500, required=False)
    taken_by = forms.ChoiceField(
        label=_("Who takes the car?"),
        choices=[("customer", _("The customer")), ("proxy", _("Somebody else for the customer"))],
        error_messages={"required": _("Say who takes the car.")},
    )
    relation = forms.ChoiceField(
        label=_("Relation to the customer"), choices=[("", "—"), *Handover.Relation.choices], required=False
    )
    authorised = forms.ChoiceField(
        label=_("How did the customer authorise this person?"),
        choices=[("", "—"), *Handover.Authorised.choices],
        required=False,
    )
    signature = forms.CharField(required=False, max_length=280_000)
    signature_name = forms.CharField(
        label=_("Name of the person who takes the car"),
        max_length=80,
        error_messages={"required": _("Type it in full.")},
    )

    def clean_explained(self) -> list[str]:
        """All that a customer must hear before he accepts the car (M6.1-b)."""
        return all_of(Handover.Explained, Handover.MUST_EXPLAIN, self.cleaned_data["explained"], _("Explain first: %s"))

    def clean_given(self) -> list[str]:
        """All the papers that go with the car (M6.1-c)."""
        return all_of(Handover.Given, Handover.MUST_GIVE, self.cleaned_data["given"], _("Give these first: %s"))

    def clean(self) -> dict[str, Any]:
        """Somebody else: say who he is and by whose leave; the customer himself needs neither."""
        cleaned = super().clean() or {}
        if cleaned.get("taken_by") != "proxy":
            return cleaned | {"relation": "", "authorised": ""}
        for name in ("relation", "authorised"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Ask, and choose one."))
        return cleaned


class ObjectionForm(forms.Form):
    """Why the customer does not accept the car."""

    objection = forms.CharField(
        label=_("What the customer objects to, word for word"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write down why the customer does not accept the car.")},
    )


class OpinionForm(forms.Form):
    """What a customer said, and whose matter it is."""

    text = forms.CharField(label=_("What the customer said"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    department = forms.ChoiceField(
        label=_("Department concerned"), choices=[(role.value, role.label) for role in DEPARTMENTS]
    )


class AnswerForm(forms.Form):
    """What the department does about an opinion."""

    text = forms.CharField(
        label=_("What we do about it"), max_length=1000, error_messages={"required": _("Write what you do about it.")}
    )


class ArrivalForm(forms.Form):
    """When the customer comes, or who comes for him. Times are those offered on the page, in the centre's clock."""

    at = forms.CharField(max_length=40, required=False)
    collector = forms.CharField(label=_("Name of the person who comes for you"), max_length=80, required=False)

    def clean_at(self) -> dt.datetime | None:
        """An aware moment, or None when no time was chosen."""
        text = self.cleaned_data["at"]
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_("Choose one of the times.")) from error
        if moment.tzinfo is None:
            raise ValidationError(_("Choose one of the times."))
        return moment

    def clean(self) -> dict[str, Any] | None:
        """Say when, or who."""
        if not self.errors and not self.cleaned_data.get("at") and not self.cleaned_data.get("collector"):
            raise ValidationError(_("Choose a time, or tell us who comes for you."))
        return self.cleaned_data


class TapForm(forms.Form):
    """One tap on one question."""

    code = forms.SlugField(max_length=20)
    value = forms.CharField(max_length=8)


class WhyForm(forms.Form):
    """What lay behind a low answer."""

    code = forms.SlugField(max_length=20)
    reasons = forms.MultipleChoiceField(choices=list(REASONS.items()), required=False)
    text = forms.CharField(max_length=1000, required=False)
    call = forms.ChoiceField(choices=[("yes", ""), ("no", "")], required=False)


class CommentForm(forms.Form):
    """The free text at the end of the survey."""

    comment = forms.CharField(
        max_length=1000, error_messages={"required": _("Write a few words, or simply close the page.")}
    )
