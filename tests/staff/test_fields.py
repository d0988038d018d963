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


@pytest.mark.parametrize(("typed", "number"), [("12,800", "12800"), ("1,012,800.50", "1012800.5"), ("800", "800")])
def test_an_amount_may_be_typed_as_it_is_shown(typed: str, number: str) -> None:
    assert NumberField(grouped=True).clean(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["1,5", "12,80", ",800", "1280,000", "1,,280", "1.280,00", "1,280,"])
def test_commas_anywhere_else_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="plain number"):
        NumberField(grouped=True).clean(typed)


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
