"""What people and robots type into the public form, and when: each has a clear answer, none an error page (M1.1-c)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from appointments import proof_of_work
from appointments.models import Appointment
from servicedesk.customers.models import Vehicle
from servicedesk.staff.models import ClosedDay
from tests.appointments.test_public import CAR, CONTACT, fill_in, send
from tests.fixtures.appointments import slot
from tests.fixtures.people import MovableClock, Person, client_of
from tests.fixtures.proof_of_work import solve

pytestmark = pytest.mark.django_db
REVIEW = "appointments:book_review"


def told(visitor: Person) -> str:
    """The page that a refused request leads to."""
    return str(send_anyway(visitor).content.decode())


def send_anyway(visitor: Person) -> Any:
    """Send with a proof for exactly what the session holds, whatever the last page would say about it."""
    proof = solve(proof_of_work.challenge(visitor.session["booking"]))
    return visitor.act(reverse(REVIEW), {"proof": proof}, follow=True)


# Times


def test_a_time_that_has_passed(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre, starts_at=slot(centre, 9))
    assert visitor.get(reverse(REVIEW)).headers["Location"] == reverse("appointments:book_time")
    assert "This time has passed." in told(visitor)
    assert not Appointment.objects.exists()


def test_a_time_that_passes_while_he_reads(centre: Any, reference: None, at_tuesday_ten: MovableClock) -> None:
    visitor = client_of()
    fill_in(visitor, centre, starts_at=slot(centre, 11))
    at_tuesday_ten.move(hours=2)
    assert "This time has passed." in told(visitor)


def test_a_closed_day_and_a_night_hour(centre: Any, reference: None) -> None:
    ClosedDay.objects.create(centre=centre, date=centre.today() + dt.timedelta(days=1), name="盤點")
    for at in (
        slot(centre, 14, days=1),
        slot(centre, 14, days=5),
        slot(centre, 3, days=2),
        slot(centre, 14, 10, days=2),
    ):
        visitor = client_of()
        fill_in(visitor, centre, starts_at=at)
        assert "receives no cars at this time" in told(visitor)
    assert not Appointment.objects.exists()


def test_too_far_ahead(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre, starts_at=slot(centre, 14, days=100))
    assert "up to 60 days ahead" in told(visitor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-25",
        "2026-11-25T14:00",
        "2026-13-45T99:99+08:00",
        "9999-12-31T23:59:59+14:00",
    ],
)
def test_a_time_that_is_none(centre: Any, reference: None, text: str) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    page = visitor.act(reverse("appointments:book_time"), {"centre": centre.pk, "starts_at": text})
    assert page.status_code == 422
    assert "Choose" in page.content.decode()


@pytest.mark.parametrize(
    "date",
    [
        "",
        "tomorrow",
        "2026-02-30",
        "0001-01-01",
        "9999-12-31",
        "2026-11-24T00:00",
        "'",
        "20261124",
        "-1",
        "2026-11-24" * 99,
    ],
)
def test_a_date_in_the_address_that_is_none(centre: Any, reference: None, date: str) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    page = visitor.get(reverse("appointments:book_time"), {"date": date, "centre": "9" * 40})
    assert page.status_code == 200
    assert 'name="starts_at"' in page.content.decode()


def test_midnight_belongs_to_the_centres_day(centre: Any, reference: None, at_tuesday_ten: MovableClock) -> None:
    """A minute before and after midnight in Taipei (16:00 UTC): today is the centre's, not the server's."""
    visitor = client_of()
    fill_in(visitor, centre, starts_at=slot(centre, 14, days=2))
    at_tuesday_ten.move(hours=13, minutes=59)
    page = visitor.get(reverse("appointments:book_time"), {"date": "2026-11-24"}).content.decode()
    assert "No times on this day" in page
    assert 'value="2026-11-25"' in page
    at_tuesday_ten.move(minutes=2)
    page = visitor.get(reverse("appointments:book_time")).content.decode()
    assert 'value="2026-11-24"' not in page
    assert 'value="2026-11-25"' in page


@pytest.mark.parametrize(
    ("zone", "sunday"), [("Europe/Berlin", dt.date(2027, 3, 28)), ("America/New_York", dt.date(2027, 3, 14))]
)
def test_the_day_the_clocks_change(
    centre: Any, reference: None, at_tuesday_ten: MovableClock, zone: str, sunday: dt.date
) -> None:
    """Each slot once, at the hours on the wall, on the day before, the day itself and the day after."""
    centre.time_zone = zone
    centre.save()
    centre.opening_hours.create(weekday=6, opens=dt.time(8, 30), closes=dt.time(18, 30))
    at_tuesday_ten.move(days=(sunday - dt.date(2026, 11, 24)).days - 3)
    for date in (sunday - dt.timedelta(days=1), sunday, sunday + dt.timedelta(days=1)):
        visitor = client_of()
        at = centre.at(date, dt.time(9))
        number = f"{date:%m%d}"
        visitor.get(reverse("appointments:book"))
        visitor.act(reverse("appointments:book_car"), {**CAR, "plate": f"DST-{number}"})
        visitor.act(reverse("appointments:book_services"), {"operations": ["MNT-040"]})
        page = visitor.get(reverse("appointments:book_time"), {"date": date.isoformat()}).content.decode()
        assert page.count(f'value="{at.isoformat()}"') == 1
        visitor.act(reverse("appointments:book_time"), {"centre": centre.pk, "starts_at": at.isoformat()})
        visitor.act(
            reverse("appointments:book_contact"), {**CONTACT, "phone": f"+88695550{number}", "name": f"客{number}"}
        )
        assert send(visitor).headers["Location"] == reverse("appointments:book_received")
        kept = Appointment.objects.get(vehicle__plate=f"DST-{number}")
        assert f"{centre.local(kept.starts_at):%F %H:%M}" == f"{date} 09:00"


# Car and person


@pytest.mark.parametrize(
    ("plate", "kept"),
    [
        ("dem-0526", "DEM-0526"),
        ("ＤＥＭ－０５２６", "ＤＥＭ－０５２６"),
        ("京A·12345", "京A·12345"),
        ("粤Z 1234港", "粤Z 1234港"),
        ("м123ав777", "М123АВ777"),
        ("أ ب ج ١٢٣٤", "أ ب ج ١٢٣٤"),
        ("品川 300 あ 12-34", "品川 300 あ 12-34"),
        ("B-ÄÖ 1234", "B-ÄÖ 1234"),
    ],
)
def test_a_plate_in_any_script(centre: Any, reference: None, plate: str, kept: str) -> None:
    visitor = client_of()
    fill_in(visitor, centre, car={"plate": plate})
    send(visitor)
    assert [row.plate for row in Vehicle.objects.all()] == [kept]
    assert kept in visitor.get(reverse("appointments:book_received")).content.decode()


@pytest.mark.parametrize("plate", ["", " ", "-", "??", "a" * 17, "<script>alert(1)</script>"])
def test_a_plate_that_is_none(centre: Any, reference: None, plate: str) -> None:
    page = client_of().act(reverse("appointments:book_car"), {**CAR, "plate": plate})
    assert page.status_code == 422
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    ("vin", "sentence"),
    [
        ("JTMRWRFV1KD123456"[:16], "has 16 characters instead of 17"),
        ("JTMRWRFVOKD123456", "never contains I, O or Q"),
        ("1HGCM82633A004353", "check digit does not fit"),
    ],
)
def test_a_vin_with_a_slip(centre: Any, reference: None, vin: str, sentence: str) -> None:
    page = client_of().act(reverse("appointments:book_car"), {**CAR, "vin": vin})
    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_the_vin_reaches_the_car_and_empties_nothing(centre: Any, reference: None) -> None:
    """A VIN that stands with another of his cars is left there: people find out which of both is right."""
    centre.reception_places = 10
    centre.save()
    for plate, vin in (("DEM-0526", " jtmrwrfv1kd-123456 "), ("DEM-0527", ""), ("DEM-0527", "JTMRWRFV1KD123456")):
        visitor = client_of()
        fill_in(visitor, centre, car={"plate": plate, "vin": vin})
        send(visitor)
    assert list(Vehicle.objects.order_by("plate").values_list("plate", "vin")) == [
        ("DEM-0526", "JTMRWRFV1KD123456"),
        ("DEM-0527", None),
    ]
    assert Appointment.objects.count() == 3


@pytest.mark.parametrize(
    "phone", ["0955-500-226", "+886 955 500 226", "886955500226", "０９５５ ５００ ２２６", "(0955) 500.226"]
)
def test_a_phone_number_in_any_notation(centre: Any, reference: None, phone: str) -> None:
    """Without a country code it is the centre's country's."""
    visitor = client_of()
    assert fill_in(visitor, centre, phone=phone).headers["Location"] == reverse(REVIEW)
    assert visitor.session["booking"]["phone"] == "+886955500226"


@pytest.mark.parametrize("phone", ["", "12", "phone", "0955", "+999999999999999", "0955500226" * 4])
def test_a_phone_number_that_is_none(centre: Any, reference: None, phone: str) -> None:
    visitor = client_of()
    assert fill_in(visitor, centre, phone=phone).status_code == 422


def test_nobody_is_asked_for_an_identity_number(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    for step in ("car", "services", "time", "contact", "review"):
        page = visitor.get(reverse(f"appointments:book_{step}")).content.decode().lower()
        assert not [
            word for word in ("identity", "passport", "national id", "birth", "身分證", "身份证") if word in page
        ]


# Wishes


@pytest.mark.parametrize(
    ("stay", "waits", "transport"),
    [
        ("", False, ""),
        ("wait", True, ""),
        ("shuttle", False, "shuttle"),
        ("courtesy_car", False, "courtesy_car"),
        ("pick_up", False, "pick_up"),
    ],
)
def test_what_he_does_meanwhile(centre: Any, reference: None, stay: str, waits: bool, transport: str) -> None:
    visitor = client_of()
    fill_in(visitor, centre, time={"stay": stay})
    send(visitor)
    row = Appointment.objects.get()
    assert (row.waits_on_site, row.transport) == (waits, transport)


def test_a_wish_nobody_offers(centre: Any, reference: None) -> None:
    visitor = client_of()
    fill_in(visitor, centre)
    page = visitor.act(
        reverse("appointments:book_time"),
        {"centre": centre.pk, "starts_at": slot(centre).isoformat(), "stay": "helicopter"},
    )
    assert page.status_code == 422
