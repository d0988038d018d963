"""What an agent records of a call, and what a department writes about a problem."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from followup.answers import CHOICES, FINE, TROUBLE, points_of
from followup.models import FollowUp, Outcome, Problem
from followup.services import NewProblem, Said
from followup.services.problems import DEPARTMENTS
from servicedesk.staff.fields import mark

SCORES = [(str(score), str(score)) for score in range(1, 6)]
LONGEST = 2000


class CallForm(forms.Form):
    """What came of a call. With an answer on the telephone it asks for all of M7.2-a."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Outcome.choices,
        error_messages={"required": gettext_lazy("Choose the outcome of the call.")},
    )
    runs_well = forms.ChoiceField(label=gettext_lazy("Is the car running well?"), choices=FINE, required=False)
    repair_quality = forms.ChoiceField(
        label=gettext_lazy("Satisfied with the quality of the repair?"), choices=SCORES, required=False
    )
    service = forms.ChoiceField(label=gettext_lazy("Satisfied with the service?"), choices=SCORES, required=False)
    words = forms.CharField(
        label=gettext_lazy("Customer's own words"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"), choices=Problem.Kind.choices, required=False, initial=Problem.Kind.PROBLEM
    )
    problem = forms.CharField(
        label=gettext_lazy("What is not right, or suggested"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    department = forms.ChoiceField(label=gettext_lazy("Pass on to"), required=False)
    call_back_at = forms.DateTimeField(
        label=gettext_lazy("Call back at"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, call: FollowUp) -> None:
        super().__init__(data, initial={"department": "supervisor"})
        self.call = call
        self.points = points_of(call.rule)
        for index, point in enumerate(self.points):
            choices = CHOICES[point.kind]
            self.fields[f"check_{index}"] = (
                forms.ChoiceField(label=point.about, choices=choices, required=False)
                if choices
                else forms.CharField(label=point.about, max_length=300, required=False)
            )
        department: Any = self.fields["department"]
        department.choices = [("", "—"), *[(role.value, role.label) for role in DEPARTMENTS]]
        mark(self, "kind", "department")

    def checks(self) -> list[tuple[forms.BoundField, str]]:
        """The rule's own questions, each with the answer that means trouble ("" for none)."""
        return [(self[f"check_{index}"], TROUBLE.get(point.kind, "")) for index, point in enumerate(self.points)]

    def clean_call_back_at(self) -> dt.datetime | None:
        """Read the time on the centre's clock, whatever zone the server lives in."""
        moment = self.cleaned_data["call_back_at"]
        return moment.replace(tzinfo=self.call.centre.zone) if moment else None

    def clean(self) -> dict[str, Any]:
        """Ask for what the outcome needs."""
        cleaned = super().clean() or {}
        outcome = cleaned.get("outcome")
        if outcome == Outcome.REACHED:
            for name in ("runs_well", "repair_quality", "service"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Ask the customer, and choose the answer."))
            wrong = cleaned.get("runs_well") == "no" or any(
                cleaned.get(f"check_{index}") == TROUBLE.get(point.kind, "never")
                for index, point in enumerate(self.points)
            )
            if wrong and not cleaned.get("problem") and "problem" not in self.errors:
                self.add_error("problem", _("Something is not right: describe it, so that it can be passed on."))
            if cleaned.get("problem") and not cleaned.get("department") and "department" not in self.errors:
                self.add_error("department", _("Choose the department that can put it right."))
        if outcome == Outcome.CALL_BACK and not cleaned.get("call_back_at") and "call_back_at" not in self.errors:
            self.add_error("call_back_at", _("Enter the day and time you agreed on."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Keywords for `services.record_contact`."""
        cleaned = self.cleaned_data
        values: dict[str, Any] = {"outcome": cleaned["outcome"], "note": cleaned["note"]}
        if cleaned["outcome"] == Outcome.CALL_BACK:
            values["call_back_at"] = cleaned["call_back_at"]
        if cleaned["outcome"] == Outcome.REACHED:
            values["said"] = Said(
                runs_well=cleaned["runs_well"] == "yes",
                repair_quality=int(cleaned["repair_quality"]),
                service=int(cleaned["service"]),
                words=cleaned["words"],
                checks=[
                    point.check(cleaned[f"check_{index}"])
                    for index, point in enumerate(self.points)
                    if cleaned[f"check_{index}"]
                ],
            )
            if cleaned["problem"]:
                kind = cleaned["kind"] or Problem.Kind.PROBLEM
                values["problems"] = [NewProblem(cleaned["problem"], cleaned["department"], kind)]
        return values


class SolutionForm(forms.Form):
    """What the department did about a problem."""

    solution = forms.CharField(
        label=pgettext_lazy("problem", "What was done"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
