"""What is written when a complaint is taken, looked into, answered, decided and closed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Cause, ComplaintSource
from complaints.services import Findings, Told
from servicedesk.catalogue.models import ComplaintCategory
from servicedesk.customers.matching import phone_key
from servicedesk.staff.models import Membership, ServiceCentre, User

LONGEST = 4000


class CategoryField(forms.ModelChoiceField):
    """What the complaint is about, with the words of the active language."""

    def label_from_instance(self, obj: Any) -> str:
        """Name, and how grave it is taken when not ordinary."""
        level = obj.get_default_level_display()
        return obj.name if obj.default_level == "normal" else f"{obj.name} ({level})"


class TakeForm(forms.Form):
    """The complaint as it is taken (M8.1-b), with the apology and the promise (M8.1-c)."""

    complainant = forms.CharField(label=gettext_lazy("Name of the complainant"), max_length=80)
    contact = forms.CharField(
        label=gettext_lazy("Telephone or e-mail"),
        max_length=120,
        help_text=gettext_lazy("Telephone number or e-mail address."),
    )
    source = forms.ChoiceField(label=gettext_lazy("How it reached us"), choices=ComplaintSource.choices)
    category = CategoryField(
        label=gettext_lazy("What it is about"), queryset=ComplaintCategory.objects.none(), empty_label="—"
    )
    matter = forms.CharField(
        label=gettext_lazy("What happened, in the complainant's own words"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for the complaint"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    wish = forms.CharField(
        label=gettext_lazy("What the complainant asks for"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    concerning = forms.ModelChoiceField(
        label=gettext_lazy("Person it concerns"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
        help_text=gettext_lazy("This person will not handle the case."),
    )
    safety_doubt = forms.BooleanField(
        label=gettext_lazy("The car may be unsafe: answer within 4 hours, day or night"), required=False
    )
    apologised = forms.BooleanField(
        label=gettext_lazy("I have apologised and said by when we answer"),
        error_messages={"required": gettext_lazy("Apologise first, name the time, then tick this.")},
    )

    def __init__(self, data: Any = None, *, centre: ServiceCentre, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.centre = centre
        fields: Any = self.fields
        fields["category"].queryset = ComplaintCategory.objects.offered()
        people = Membership.objects.filter(centre=centre).values("user_id")
        fields["concerning"].queryset = User.objects.filter(pk__in=people, is_active=True).order_by(
            "display_name", "pk"
        )

    def clean_contact(self) -> str:
        """A number or an address somebody can be reached by; kept as it was said."""
        typed = str(self.cleaned_data["contact"]).strip()
        if phone_key(typed, self.centre):
            return typed
        try:
            validate_email(typed)
        except ValidationError:
            raise ValidationError(
                _("This is neither a telephone number nor an e-mail address. Write the number with its area code.")
            ) from None
        return typed

    def told(self) -> Told:
        """What was said, for `services.take`."""
        cleaned = self.cleaned_data
        names = ("complainant", "contact", "matter", "reason", "wish", "source", "safety_doubt")
        return Told(**{name: cleaned[name] for name in names})

    def address(self) -> dict[str, Any]:
        """How a new customer is reached: keywords for `find_or_create_customer`."""
        contact = self.cleaned_data["contact"]
        number = phone_key(contact, self.centre)
        return {"phone": number, "channel": "sms"} if number else {"email": contact, "channel": "email"}


class FindingsForm(forms.Form):
    """What the investigation brought (M8.2-a, M8.2-d)."""

    cause_kind = forms.ChoiceField(label=gettext_lazy("Kind of cause"), choices=[("", "—"), *Cause.choices])
    cause = forms.CharField(
        label=gettext_lazy("Root cause"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
    responsibility = forms.CharField(label=gettext_lazy("Responsibility"), max_length=LONGEST)
    remedy = forms.CharField(label=gettext_lazy("Remedy"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))
    prevention = forms.CharField(
        label=gettext_lazy("What keeps it from happening again"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def findings(self) -> Findings:
        """For `services.investigate`."""
        return Findings(**{name: self.cleaned_data[name] for name in self.base_fields})


class AnswerForm(forms.Form):
    """What the complainant is told."""

    answer = forms.CharField(
        label=gettext_lazy("Answer to the complainant"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class DecisionForm(forms.Form):
    """The complainant's word, from his page or as customer service heard it."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Does the complainant accept the answer?"),
        choices=[("accepted", gettext_lazy("Accepts")), ("not_accepted", gettext_lazy("Does not accept"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose one of the two."),
            "invalid_choice": gettext_lazy("Choose one of the two."),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("In the complainant's words"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CloseForm(forms.Form):
    """Closing; the general manager's reason when the complainant has not agreed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for closing without the complainant's consent"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NoteForm(forms.Form):
    """Something learnt or said."""

    text = forms.CharField(
        label=gettext_lazy("What was learnt or said"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )
