"""Reminders of bookings: when they are due, once for each agreed time, and never for a time that no longer holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from appointments import services
from servicedesk import registry
from servicedesk.messaging import relay
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from tests.fixtures.appointments import confirmed, requested, slot

pytestmark = pytest.mark.django_db
DAY, NEAR = "appointment_reminder_day", "appointment_reminder_2h"


def reminders() -> list[tuple[str, str]]:
    """Kind and state of every reminder, oldest first."""
    rows = Message.objects.filter(kind__in=(DAY, NEAR)).order_by("pk")
    return list(rows.values_list("kind", "state"))


def test_the_sweep_is_registered() -> None:
    assert services.remind in {entry.run for entry in registry.sweeps}


def test_a_day_before_and_two_hours_before_once_each(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 14, days=2))
    assert services.remind() == 0
    at_tuesday_ten.move(days=1, hours=3, minutes=59)
    assert services.remind() == 0
    at_tuesday_ten.move(minutes=1)
    assert (services.remind(), services.remind()) == (1, 0)
    sent = Message.objects.get(kind=DAY)
    assert (sent.about, sent.useful_until, sent.link.target_id) == (
        appointment.number,
        appointment.starts_at,
        appointment.pk,
    )
    assert sent.context["advisor"] == "許雅婷"
    at_tuesday_ten.move(hours=22)
    assert (services.remind(), services.remind()) == (1, 0)
    relay.run()
    assert reminders() == [(DAY, "sent"), (NEAR, "sent")]
    assert "今天14:00見" in Message.objects.get(kind=NEAR).body


def test_agreed_later_than_its_moment_there_is_none(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    confirmed(centre, advisor, starts_at=slot(centre, 9, days=1))
    confirmed(centre, advisor, starts_at=slot(centre, 11), plate="AAA-0001", phone="0912000001", name="客一")
    at_tuesday_ten.move(minutes=30)
    assert services.remind() == 0
    at_tuesday_ten.move(hours=21)  # Wednesday 07:30, two hours before the first
    assert services.remind() == 1
    assert reminders() == [(NEAR, "pending")]


def test_nobody_is_woken(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    confirmed(centre, advisor, starts_at=slot(centre, 8, 30, days=1))
    at_tuesday_ten.move(hours=20, minutes=45)
    assert services.remind() == 0
    at_tuesday_ten.move(minutes=15)
    assert services.remind() == 1


def test_only_confirmed_bookings(centre: Any, at_tuesday_ten: Any) -> None:
    requested(centre, starts_at=slot(centre, 14, days=1))
    at_tuesday_ten.move(hours=27)
    assert services.remind() == 0


@pytest.mark.parametrize("act", ["move", "cancel", "arrive"])
def test_what_waits_is_withdrawn_with_its_time(centre: Any, advisor: Any, at_tuesday_ten: Any, act: str) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 14, days=2))
    at_tuesday_ten.move(days=1, hours=5)
    assert services.remind() == 1
    by = Actor.of(advisor)
    if act == "move":
        services.move(appointment, to=slot(centre, 15, days=1), by=by)
    elif act == "cancel":
        services.cancel(appointment, by=by)
    else:
        from reception import services as reception

        reception.receive(by=by, advisor=advisor, centre=centre, appointment=appointment, as_booked=True)
    assert reminders() == [(DAY, "cancelled")]
    assert services.remind() == 0
    relay.run()
    assert not Message.objects.filter(kind__in=(DAY, NEAR), state="sent").exists()


def test_a_moved_booking_is_reminded_of_its_new_time(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    appointment = confirmed(centre, advisor, starts_at=slot(centre, 14, days=2))
    at_tuesday_ten.move(days=1, hours=5)
    assert services.remind() == 1
    services.move(appointment, to=slot(centre, 14, days=2), by=Actor.of(advisor))
    at_tuesday_ten.move(hours=22)
    assert services.remind() == 0
    at_tuesday_ten.move(hours=1)
    assert (services.remind(), services.remind()) == (1, 0)
    services.move(appointment, to=slot(centre, 13, days=1), by=Actor.of(advisor))  # its day before is over
    assert services.remind() == 0
    assert reminders() == [(DAY, "cancelled"), (DAY, "cancelled")]


def test_after_a_standstill_only_what_is_still_of_use(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    confirmed(centre, advisor, starts_at=slot(centre, 14, days=2))
    at_tuesday_ten.move(days=2, hours=2, minutes=30)
    assert services.remind() == 1
    assert reminders() == [(NEAR, "pending")]
    at_tuesday_ten.move(hours=1, minutes=30)
    assert relay.run() > 0
    assert reminders() == [(NEAR, "cancelled")]
    assert services.remind() == 0


def test_the_clocks_change_between(other_centre: Any, advisor: Any) -> None:
    """The day before is the same time of the clock, also when a night has 23 hours."""
    from appointments.models import Appointment
    from appointments.services.reminders import kind_due

    other_centre.time_zone = "Europe/Berlin"
    starts_at = other_centre.at(dt.date(2027, 3, 28), dt.time(14))
    booking = Appointment(centre=other_centre, starts_at=starts_at, confirmed_at=starts_at - dt.timedelta(days=5))
    day = other_centre.at(dt.date(2027, 3, 27), dt.time(14))
    assert starts_at.astimezone(dt.UTC) - day.astimezone(dt.UTC) == dt.timedelta(hours=23)
    assert kind_due(booking, None, day) == DAY
    assert kind_due(booking, None, day - dt.timedelta(minutes=1)) is None


def test_an_idle_sweep_costs_two_queries(
    centre: Any, advisor: Any, at_tuesday_ten: Any, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        person = {"plate": f"AAA-000{number}", "phone": f"091200000{number}", "name": f"客{number}"}
        confirmed(centre, advisor, starts_at=slot(centre, 14, days=1), **person)
    at_tuesday_ten.move(hours=5)
    services.remind()
    with django_assert_num_queries(2):
        assert services.remind() == 0


def test_nobody_is_woken_by_what_the_house_owed_since_the_evening(
    centre: Any, advisor: Any, at_tuesday_ten: Any
) -> None:
    confirmed(centre, advisor, starts_at=slot(centre, 14, days=2))
    at_tuesday_ten.move(days=1, hours=16, minutes=30)  # half past two, Thursday: it was due on Wednesday at two
    assert services.remind() == 0
    at_tuesday_ten.move(hours=4, minutes=30)
    assert (services.remind(), reminders()) == (1, [(DAY, "pending")])
