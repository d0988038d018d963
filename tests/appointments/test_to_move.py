"""After an absence: the days on which bookings no longer fit, why, and each with its next free times (chapter 1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments import services
from appointments.calendar.to_move import to_move
from appointments.capacity import house
from appointments.models import Appointment
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Absence
from tests.fixtures.appointments import confirmed, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
URL = reverse("appointments:to_move")
BIG = ("ENG-080",)
"""A radiator: 1.7 hours."""


def absent(centre: Any, who: Any, *, days: int = 1) -> None:
    Absence.objects.create(
        user=who, starts_at=slot(centre, 8, days=days), ends_at=slot(centre, 20, days=days), cause="流感"
    )


def test_nothing_to_move_is_said_kindly(centre: Any, advisor: Any, technician: Any) -> None:
    confirmed(centre, advisor, codes=BIG)
    assert to_move(centre) == []
    assert "No booking has to be moved" in client_of(advisor).get(URL).content.decode()


def test_an_absence_lists_the_day_why_and_by_how_much(centre: Any, advisor: Any, technician: Any, manager: Any) -> None:
    row = confirmed(centre, advisor, codes=BIG, starts_at=slot(centre, 10, days=1))
    confirmed(centre, advisor, codes=BIG, plate="FIT-0001", phone="0912000001", starts_at=slot(centre, 10, days=2))
    absent(centre, technician)
    (day,) = to_move(centre)
    assert (day.date, day.over) == (dt.date(2026, 11, 25), Decimal("1.70"))
    assert [(one.booking.pk, one.hours) for one in day.bookings] == [(row.pk, Decimal("1.70"))]
    assert day.reasons == ["陳志豪 is absent: 流感"]
    assert [(need.label, need.over) for need in day.needs] == [("All work", Decimal("1.70"))]
    for person in (advisor, manager):
        text = client_of(person).get(URL).content.decode()
        for words in ("陳志豪 is absent: 流感", "BKQ-5821", "1.7 h too much", "All work: 1.7 booked of 0"):
            assert words in text
        assert "FIT-0001" not in text
        home = client_of(person).get(reverse("home")).content.decode()
        assert "1 day with bookings to move" in home


def test_a_tap_moves_it_and_the_day_is_gone_from_the_list(centre: Any, advisor: Any, technician: Any) -> None:
    row = confirmed(centre, advisor, codes=BIG, starts_at=slot(centre, 10, days=1))
    absent(centre, technician)
    desk = client_of(advisor)
    times = desk.get(reverse("appointments:move_times", args=[row.pk]), HTTP_HX_REQUEST="true")
    offered = [one.at for one in times.context["times"]]
    assert [f"{centre.local(at):%d %H:%M}" for at in offered] == ["26 10:00", "27 10:00", "28 10:00", "30 10:00"]
    assert "<html" not in times.content.decode()
    assert "<html" in desk.get(reverse("appointments:move_times", args=[row.pk])).content.decode()
    done = desk.act(
        reverse("appointments:move", args=[row.pk]), {"starts_at": offered[0].isoformat(), "back": "to_move"}
    )
    assert done.headers["Location"] == URL
    row.refresh_from_db()
    assert row.starts_at == offered[0]
    assert Message.objects.filter(kind="appointment_moved").count() == 1
    assert to_move(centre) == []


def test_a_time_that_is_gone_leads_to_the_calendar_with_the_booking_in_hand(
    centre: Any, advisor: Any, technician: Any
) -> None:
    row = confirmed(centre, advisor, codes=BIG, starts_at=slot(centre, 10, days=1))
    centre.reception_places = 1
    centre.save()
    confirmed(centre, advisor, codes=("MNT-060",), plate="AAA-0001", phone="0912000001", starts_at=slot(centre, 16))
    answer = client_of(advisor).act(
        reverse("appointments:move", args=[row.pk]), {"starts_at": slot(centre, 16).isoformat(), "back": "to_move"}
    )
    assert answer.status_code == 422
    assert answer.context["moving"].booking.pk == row.pk
    assert "16:00 has just been taken" in answer.content.decode()


def test_what_was_booked_beyond_the_day_on_purpose_is_not_listed(centre: Any, advisor: Any, technician: Any) -> None:
    confirmed(centre, advisor, codes=("DRV-010",), override="Agreed", by=Actor.of(advisor))
    assert to_move(centre) == []


def test_bookings_that_ended_or_arrived_are_not_listed(centre: Any, advisor: Any, technician: Any) -> None:
    row = confirmed(centre, advisor, codes=BIG, starts_at=slot(centre, 10, days=1))
    absent(centre, technician)
    services.cancel(row, by=Actor.of(advisor))
    assert to_move(centre) == []


def test_another_centre_sees_nothing(centre: Any, advisor: Any, technician: Any, outsider: Any) -> None:
    confirmed(centre, advisor, codes=BIG, starts_at=slot(centre, 10, days=1))
    absent(centre, technician)
    assert "BKQ-5821" not in client_of(outsider).get(URL).content.decode()


def test_one_and_thirty_bookings_cost_the_same(centre: Any, advisor: Any, technician: Any) -> None:
    house.bring_up_to_date(centre)
    centre.reception_places = 40
    centre.save()
    desk, counts = client_of(advisor), []
    absent(centre, technician, days=2)
    for upto in (1, 30):
        for n in range(Appointment.objects.count(), upto):
            confirmed(
                centre,
                advisor,
                codes=("MNT-060",),
                plate=f"AAA-{n:04}",
                phone=f"09120{n:05}",
                name=f"客{n}",
                starts_at=slot(centre, 10, days=1),
                override="many",
                by=Actor.of(advisor),
            )
        if upto == 1:
            absent(centre, technician)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(URL)
        assert sum(len(day.bookings) for day in page.context["days"]) == upto
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    assert [one.at_once for one in page.context["days"][0].bookings].count(True) == 20
