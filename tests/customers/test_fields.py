"""What an odometer may be said to show."""

import pytest
from django.core.exceptions import ValidationError

from servicedesk.customers.fields import OdometerField
from servicedesk.customers.models import MAX_ODOMETER


@pytest.mark.parametrize(
    ("typed", "km"),
    [
        ("0", 0),
        ("41294", 41_294),
        ("39,800", 39_800),
        ("39.800 km", 39_800),
        ("１２", None),
        ("39，800公里", None),
        (" 39 800KM ", 39_800),
        ("1,234,567", 1_234_567),
        ("2000000", MAX_ODOMETER),
        ("", None),
    ],
)
def test_kilometres_as_people_write_them(typed: str, km: int | None) -> None:
    field = OdometerField(required=False)
    if km is None and typed:
        with pytest.raises(ValidationError, match="Write the kilometres in digits"):
            field.clean(typed)
    else:
        assert field.clean(typed) == km


@pytest.mark.parametrize(
    "typed",
    ["-1", "1,5", "41294.5", "1e5", "1e30", "NaN", "Infinity", "2000001", "9999999", "9" * 5000, "4 1294", "39,80.0"],
)
def test_what_no_odometer_shows_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        OdometerField().clean(typed)
