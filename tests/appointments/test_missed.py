"""Cars that do not come, requests nobody answers, places kept for the telephone, and the cut-off: the centre's settings rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from appointments import services, slots
from appointments.models import Appointment, LoadHold, SlotPlace
from appointments.receivers import places_are_right
from appointments.refusals import SlotTaken
from appointments.services.changes import LETTER_UNTIL
from reception.services import receive
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import Promise
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Message.objects.exclude(state="cancelled").order_by("pk").values_list("kind", flat=True))


def test_a_car_is_late_after_fifteen_minutes_and_given_up_after_thirty(
    centre: Any, advisor: Any, technician: Any, at_tuesday_ten: Any
) -> None:
    row = confirmed(centre, advisor)
    assert LoadHold.objects.exists()
    at_tuesday_ten.move(hours=4, minutes=14)
    assert (row.is_late, services.give_up_missed()) == (False, 0)
    at_tuesday_ten.move(minutes=2)
    assert (row.is_late, services.give_up_missed()) == (True, 0)
    at_tuesday_ten.move(minutes=14)
    assert services.give_up_missed() == 1
    row.refresh_from_db()
    assert (row.state, row.is_late) == ("no_show", False)
    assert not SlotPlace.objects.exists()
    assert not LoadHold.objects.exists()
    assert kinds().count("appointment_missed") == 1
    assert services.give_up_missed() == 0
    assert places_are_right() == []


def test_the_minutes_are_the_centres_and_late_comes_first(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    centre.late_minutes, centre.no_show_minutes = 5, 60
    centre.save()
    row = confirmed(centre, advisor)
    at_tuesday_ten.move(hours=4, minutes=59)
    assert (row.is_late, services.give_up_missed()) == (True, 0)
    at_tuesday_ten.move(minutes=1)
    assert services.give_up_missed() == 1
    centre.no_show_minutes = 4
    with pytest.raises(IntegrityError, match="nobody_is_missed_before_he_is_late"):
        centre.save()


def test_found_out_hours_later_nobody_is_written(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    confirmed(centre, advisor)
    at_tuesday_ten.move(hours=4)
    at_tuesday_ten.move(seconds=LETTER_UNTIL.total_seconds())
    assert services.give_up_missed() == 1
    assert "appointment_missed" not in kinds()


def test_who_comes_after_all_is_received_the_same_day_only(
    centre: Any, advisor: Any, reference: None, at_tuesday_ten: Any
) -> None:
    row = confirmed(centre, advisor)
    at_tuesday_ten.move(hours=4, minutes=40)
    services.give_up_missed()
    row.refresh_from_db()
    assert row.may_arrive
    page = client_of(advisor).get("/reception/")
    assert [card.appointment for card in page.context["cards"]] == [row]
    assert "given up, still welcome" in page.content.decode()
    by = Actor.of(advisor)
    order = receive(by=by, advisor=advisor, centre=centre, appointment=row, as_booked=True)
    row.refresh_from_db()
    assert (row.state, row.work_order, row.ended_at) == ("arrived", order, None)
    assert "appointment_missed" not in kinds()
    other = confirmed(centre, advisor, plate="AAA-1111", phone="0912111111", name="陳", starts_at=slot(centre, 16))
    at_tuesday_ten.move(hours=3)
    services.give_up_missed()
    at_tuesday_ten.move(hours=16)
    other.refresh_from_db()
    assert not other.may_arrive
    with pytest.raises(services.AppointmentRefused, match="Did not come"):
        receive(by=by, advisor=advisor, centre=centre, appointment=other, as_booked=True)


def test_booked_again_in_one_go_and_once(centre: Any, advisor: Any, manager: Any, at_tuesday_ten: Any) -> None:
    by = Actor.of(advisor)
    row = confirmed(centre, advisor, waits_on_site=True)
    with pytest.raises(services.AppointmentRefused, match="Confirmed"):
        services.rebook(row, to=slot(centre, 16), by=by)
    at_tuesday_ten.move(hours=4, minutes=40)
    services.give_up_missed()
    again = services.rebook(row, to=slot(centre, 11, days=1), by=by)
    assert (again.state, again.rebooked_from, again.waits_on_site) == ("confirmed", row, True)
    assert (again.concern, again.estimate_total) == (row.concern, row.estimate_total)
    assert [item.operation.code for item in again.items.order_by("position")] == ["MNT-020", "MNT-110"]
    assert Message.objects.get(kind="appointment_confirmed", about=again.number).state == "pending"
    assert "appointment_missed" not in kinds()
    with pytest.raises(services.AppointmentRefused, match=again.number):
        services.rebook(row, to=slot(centre, 12, days=1), by=by)
    assert places_are_right() == []


def test_a_request_nobody_answers_gives_its_place_back_with_an_apology(centre: Any, at_tuesday_ten: Any) -> None:
    row = requested(centre, starts_at=slot(centre, 14, days=3))
    at_tuesday_ten.move(hours=24, minutes=29)  # a day after the answer promised for half past ten
    assert services.expire_requests() == 0
    at_tuesday_ten.move(minutes=2)
    assert services.expire_requests() == 1
    row.refresh_from_db()
    assert row.state == "expired"
    assert not SlotPlace.objects.exists()
    assert Promise.objects.get().state == "broken"
    assert kinds() == ["appointment_expired"]
    assert services.expire_requests() == 0
    assert places_are_right() == []


def test_nobody_is_given_up_before_the_promised_answer(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    """His own time passed while others lay before him; he did not answer, and we promised to call."""
    row = requested(centre, starts_at=slot(centre, 14))
    services.offer_times(row, times=[slot(centre, 11, days=2)], by=Actor.of(advisor))
    at_tuesday_ten.move(hours=24, minutes=1)
    assert services.expire_offers() == 1
    assert services.expire_requests() == 0
    row.refresh_from_db()
    assert row.state == "requested"
    at_tuesday_ten.move(minutes=31)
    assert services.expire_requests() == 1


def test_a_request_never_outlives_its_own_time(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    requested(centre, starts_at=slot(centre, 14))
    at_tuesday_ten.move(hours=4)
    assert services.expire_requests() == 1
    with pytest.raises(services.AppointmentRefused, match="Not answered in time"):
        services.confirm(Appointment.objects.get(), by=Actor.of(advisor))


def test_places_kept_for_the_telephone_are_not_offered_online(centre: Any, advisor: Any, reference: None) -> None:
    centre.reception_places, centre.kept_places = 2, 1
    centre.save()
    at = slot(centre, 11)
    requested(centre, starts_at=at)
    online, desk = (
        {one.at: one.free for one in slots.days_from(centre, centre.today(), 1, slots.Wish(online=online))[0].slots}
        for online in (True, False)
    )
    assert (online[at], desk[at]) == (0, 1)
    more = {"plate": "AAA-1111", "phone": "0912111111", "name": "陳", "starts_at": at}
    with pytest.raises(SlotTaken):
        requested(centre, **more)
    assert requested(centre, by=Actor.of(advisor), source="phone", **more).starts_at == at


def test_the_cut_off_is_the_centres(centre: Any, advisor: Any) -> None:
    row = confirmed(centre, advisor)
    assert row.change_until == slot(centre, 12)
    centre.change_hours = 24
    centre.save()
    row.refresh_from_db()
    assert row.change_until == slot(centre, 14, days=-1)
