"""What counts as a plain number."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from servicedesk.staff.fields import NumberField


@pytest.mark.parametrize(("typed", "number"), [("1280", "1280"), (" 0.8 ", "0.8"), ("007", "7"), ("-3.5", "-3.5")])
def test_digits_and_one_point(typed: str, number: str) -> None:
    assert NumberField(signed=True).clean(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["1,5", "1_000", "１２", "1e3", "NaN", "-Infinity", "--1", "1.", ".5", "9" * 5000, "²"]
)
@pytest.mark.parametrize("signed", [False, True])
def test_anything_else_is_refused(typed: str, signed: bool) -> None:
    with pytest.raises(ValidationError, match="plain number"):
        NumberField(signed=signed).clean(typed)


def test_a_minus_only_where_it_makes_sense() -> None:
    with pytest.raises(ValidationError, match="plain number"):
        NumberField().clean("-1")


def test_every_kind_of_field_says_how_to_mend_it():
    class Form(forms.Form):
        name = forms.CharField()
        amount = NumberField()
        kind = forms.ChoiceField(choices=[("a", "A")])
        kinds = forms.MultipleChoiceField(choices=[("a", "A")])
        agreed = forms.BooleanField()
        day = forms.DateField()
        own = forms.CharField(error_messages={"required": "Write it."})

    words = {name: errors[0] for name, errors in Form({}).errors.items()}
    assert words == {
        "name": "Fill this in.",
        "amount": "Fill this in.",
        "kind": "Choose one.",
        "kinds": "Choose at least one.",
        "agreed": "Tick this first.",
        "day": "Fill this in.",
        "own": "Write it.",
    }
