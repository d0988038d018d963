"""The advisors' calendar: what a day and a week show, moving in it, the list to prepare (chapter 1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments import services
from appointments.capacity import house
from appointments.models import Appointment, LoadOverride
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ClosedDay, OpeningHours
from tests.fixtures.appointments import confirmed, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
DAY, WEEK = reverse("appointments:calendar"), reverse("appointments:calendar_week")
LONG = ("DRV-010",)
"""14 hours of the highest level: more than one technician's day."""


def iso(date: dt.date) -> dict[str, str]:
    return {"date": date.isoformat()}


def cells(page: Any) -> dict[str, list[str]]:
    """Time → what its places hold: a plate, "offer PLATE", "free" or "-"."""
    centre = page.context["current_centre"]

    def said(cell: Any) -> str:
        held = f"offer {cell.held.plate}" if cell.held else ""
        return cell.booking.vehicle.plate if cell.booking else held or ("free" if cell.free else "-")

    rows = [row for row in page.context["picture"].rows if not row.until]
    return {f"{centre.local(row.at):%H:%M}": [said(cell) for cell in row.cells] for row in rows}


@pytest.mark.parametrize("name", ["calendar", "calendar_week", "to_move"])
def test_pages_are_the_desks(everyone: Any, name: str) -> None:
    url = reverse(f"appointments:{name}")
    got = {role: client_of(user).get(url).status_code for role, user in everyone.items()}
    assert {role for role, status in got.items() if status == 200} == {"advisor", "manager"}
    assert set(got.values()) == {200, 403}
    assert client_of().get(url).status_code == 302


def test_a_day_shows_bookings_offers_free_places_and_what_is_past(centre: Any, advisor: Any) -> None:
    confirmed(centre, advisor, waits_on_site=True)
    asked = requested(centre, plate="REQ-0001", phone="0912000001", starts_at=slot(centre, 14))
    services.offer_times(asked, times=[slot(centre, 15)], by=Actor.of(advisor))
    page = client_of(advisor).get(DAY)
    shown = cells(page)
    assert shown["09:30"] == ["-", "-"]
    assert shown["14:00"] == ["BKQ-5821", "REQ-0001"]
    assert shown["15:00"] == ["offer REQ-0001", "free"]
    assert shown["16:00"] == ["free", "free"]
    text = page.content.decode()
    for words in ("林怡君", "waits", "Offered to REQ-0001", "Other times offered", "Day sheet"):
        assert words in text
    assert f"{reverse('appointments:new')}?date=2026-11-24&amp;starts_at=2026-11-24T16%3A00" in text
    assert (page.context["picture"].booked, page.context["picture"].free) == (2, 15 * 2 - 3)


def test_a_lunch_break_a_closed_day_and_a_holiday_are_seen(centre: Any, advisor: Any) -> None:
    confirmed(centre, advisor, starts_at=slot(centre, 13, days=1))
    OpeningHours.objects.filter(centre=centre).update(closes=dt.time(12))
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=n, opens=dt.time(13, 30), closes=dt.time(18)) for n in range(6)
    )
    tomorrow = centre.today() + dt.timedelta(days=1)
    desk = client_of(advisor)
    page = desk.get(DAY, iso(tomorrow))
    assert "Closed until 13:30" in page.content.decode()
    assert cells(page)["13:00"] == ["BKQ-5821", "-"], "taken before the hours changed, and still to be seen"
    assert "Outside the opening hours" in page.content.decode()
    ClosedDay.objects.create(centre=centre, date=tomorrow)
    text = desk.get(DAY, iso(tomorrow)).content.decode()
    assert "Closed on this day" in text
    assert "move these bookings to an open day" in text
    assert "BKQ-5821" in text
    empty = desk.get(DAY, iso(centre.today() + dt.timedelta(days=5))).content.decode()
    assert "Choose another day above." in empty
    assert desk.get(WEEK, iso(tomorrow)).status_code == 200


def test_who_did_not_come_stands_below_and_his_place_is_free(centre: Any, advisor: Any, at_tuesday_ten: Any) -> None:
    row = confirmed(centre, advisor, starts_at=slot(centre, 11))
    at_tuesday_ten.move(hours=2)
    services.mark_no_show(row, by=Actor.of(advisor))
    page = client_of(advisor).get(DAY)
    assert cells(page)["11:00"] == ["-", "-"]
    assert [one.pk for one in page.context["picture"].missed] == [row.pk]


def test_more_places_held_than_the_centre_has_now_are_all_shown(centre: Any, advisor: Any) -> None:
    confirmed(centre, advisor)
    confirmed(centre, advisor, plate="AAA-0002", phone="0912000002", name="乙")
    centre.reception_places = 1
    centre.save()
    shown = cells(client_of(advisor).get(DAY))
    assert shown["14:00"] == ["BKQ-5821", "AAA-0002"]
    assert shown["15:00"] == ["free", "-"]


def test_the_week_shows_days_times_and_hours_by_skill(centre: Any, advisor: Any, technician: Any) -> None:
    confirmed(centre, advisor, codes=("ENG-080",))
    confirmed(centre, advisor, plate="AAA-0002", phone="0912000002", starts_at=slot(centre, 10, days=2))
    page = client_of(advisor).get(WEEK)
    assert [(one.booked, one.closed) for one in page.context["strip"]] == [
        (0, False),
        (1, False),
        (0, False),
        (1, False),
        (0, False),
        (0, False),
        (0, True),
    ]
    at_two = next(row for row in page.context["rows"] if row.time == dt.time(14))
    assert [[one.vehicle.plate for one in cell.bookings] for cell in at_two.cells][:3] == [[], ["BKQ-5821"], []]
    assert [cell.free for cell in at_two.cells] == [0, 1, 2, 2, 2, 2, 0]
    needs = {need.label: need.bars for need in page.context["needs"]}
    assert (needs["All work"][0], str(needs["All work"][1].taken)) == (None, "1.70")
    assert "Level 5 and above" in needs


def test_what_is_too_much_is_said_in_words_too(centre: Any, advisor: Any, technician: Any) -> None:
    confirmed(centre, advisor, codes=LONG, override="Agreed with the supervisor", by=Actor.of(advisor))
    for url in (DAY, WEEK):
        text = client_of(advisor).get(url).content.decode()
        assert "too much" in text
        assert "data-over" in text


@pytest.mark.parametrize("url", [DAY, WEEK])
@pytest.mark.parametrize(
    "asked",
    [
        "date=",
        "date=x",
        "date=9999-12-31",
        "date=2001-01-01",
        "move=x",
        "move=99999999999999999999",
        "to=x",
        "to=%00&move=1",
        "date=2027-02-01",
    ],
)
def test_any_address_is_answered(centre: Any, advisor: Any, url: str, asked: str) -> None:
    confirmed(centre, advisor)
    assert client_of(advisor).get(f"{url}?{asked}").status_code in (200, 404)


def test_choosing_then_confirming_then_told(centre: Any, advisor: Any) -> None:
    row = confirmed(centre, advisor)
    desk, to = client_of(advisor), slot(centre, 11, days=1)
    first = desk.get(DAY, {"move": row.pk})
    assert "Choose a free place" in first.content.decode()
    assert "Move here" in first.content.decode()
    second = desk.get(DAY, {**iso(to.date()), "move": row.pk, "to": to.isoformat()})
    text = second.content.decode()
    assert "Move to 11:00 and tell the customer" in text
    assert "Keep 14:00" in text
    assert Appointment.objects.get().starts_at == slot(centre), "nothing has happened yet"
    form = {"starts_at": to.isoformat(), "reason": "客戶開會", "override": "", "back": "day"}
    done = desk.act(reverse("appointments:move", args=[row.pk]), form, key="move-once")
    assert done.headers["Location"] == f"{DAY}?date=2026-11-25"
    desk.act(reverse("appointments:move", args=[row.pk]), form, key="move-once")
    row.refresh_from_db()
    assert row.starts_at == to
    assert [(one.to_at, one.reason, one.by_label) for one in row.moves.all()] == [(to, "客戶開會", "許雅婷")]
    assert Message.objects.filter(kind="appointment_moved").count() == 1
    assert cells(desk.get(DAY, iso(to.date())))["11:00"] == ["BKQ-5821", "free"]


def test_a_place_that_is_gone_comes_back_with_all_that_was_entered(centre: Any, advisor: Any) -> None:
    row = confirmed(centre, advisor)
    for n in range(2):
        confirmed(
            centre, advisor, plate=f"AAA-000{n}", phone=f"091200000{n}", name=f"客{n}", starts_at=slot(centre, 16)
        )
    form = {"starts_at": slot(centre, 16).isoformat(), "reason": "客戶開會", "back": "day"}
    answer = client_of(advisor).act(reverse("appointments:move", args=[row.pk]), form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "16:00 has just been taken" in text
    assert "sd-refusal" in text
    near = [one.at for one in answer.context["nearest"]]
    assert len(near) == 3
    assert all(f"{DAY}?date={one.date()}&amp;move={row.pk}&amp;to=" in text for one in near)
    row.refresh_from_db()
    assert row.starts_at == slot(centre)
    assert (
        client_of(advisor).act(reverse("appointments:move", args=[row.pk]), {**form, "back": "week"}).status_code == 422
    )


def test_a_full_workshop_asks_why_and_keeps_the_answer(centre: Any, advisor: Any, technician: Any) -> None:
    row = confirmed(centre, advisor, codes=LONG, override="x", by=Actor.of(advisor))
    desk, to = client_of(advisor), slot(centre, 11, days=1)
    page = desk.get(DAY, {"move": row.pk, "to": to.isoformat()}).content.decode()
    assert "Moved although the workshop is full" in page
    assert "missing" in page
    form = {"starts_at": to.isoformat(), "reason": "R-why", "back": "day"}
    refused = desk.act(reverse("appointments:move", args=[row.pk]), form)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "The workshop has no hours left for this work" in text
    assert 'name="override"' in text
    assert 'value="R-why"' in text
    desk.act(reverse("appointments:move", args=[row.pk]), {**form, "override": "The supervisor agrees"})
    row.refresh_from_db()
    assert row.starts_at == to
    assert "The supervisor agrees" in {one.reason for one in LoadOverride.objects.filter(appointment=row)}


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/admin/", "x"])
def test_a_move_leads_back_to_named_pages_only(centre: Any, advisor: Any, back: str) -> None:
    row = confirmed(centre, advisor)
    form = {"starts_at": slot(centre, 11).isoformat(), "back": back}
    answer = client_of(advisor).act(reverse("appointments:move", args=[row.pk]), form)
    assert answer.headers["Location"] == row.get_absolute_url()


def test_what_can_no_longer_be_moved(centre: Any, advisor: Any, outsider: Any) -> None:
    row = confirmed(centre, advisor)
    assert client_of(outsider).get(DAY, {"move": row.pk}).status_code == 404
    url = reverse("appointments:move", args=[row.pk])
    form = {"starts_at": slot(centre, 11).isoformat(), "back": "day"}
    assert client_of(outsider).act(url, form).status_code == 404
    assert client_of(outsider).get(reverse("appointments:move_times", args=[row.pk])).status_code == 404
    services.cancel(row, by=Actor.of(advisor))
    desk = client_of(advisor)
    assert desk.get(DAY, {"move": row.pk}).context["moving"] is None
    answer = desk.act(url, form)
    assert answer.status_code == 422
    assert "Cancelled" in answer.content.decode()
    times = desk.get(reverse("appointments:move_times", args=[row.pk]))
    assert times.context["times"] == []


def test_a_past_or_taken_time_in_the_address_is_no_target(centre: Any, advisor: Any) -> None:
    row = confirmed(centre, advisor)
    desk = client_of(advisor)
    for to in (slot(centre, 9), slot(centre), slot(centre, 14, 10), slot(centre, 10, days=5)):
        page = desk.get(DAY, {"move": row.pk, "to": to.isoformat(), **iso(centre.today())})
        assert (page.status_code, page.context["moving"].to) == (200, None)


def test_one_and_thirty_bookings_cost_the_same(centre: Any, advisor: Any, technician: Any) -> None:
    house.bring_up_to_date(centre)
    centre.reception_places = 40
    centre.walk_in_reserve = 0
    centre.save()
    desk, counts = client_of(advisor), []
    for upto in (1, 30):
        for n in range(Appointment.objects.count(), upto):
            confirmed(
                centre,
                advisor,
                codes=("MNT-060",),
                plate=f"AAA-{n:04}",
                phone=f"09120{n:05}",
                name=f"客{n}",
                override="many",
                by=Actor.of(advisor),
            )
        for url in (DAY, WEEK, f"{DAY}?move={Appointment.objects.earliest('pk').pk}"):
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(url).status_code == 200
            counts.append(len(queries))
    assert counts[:3] == counts[3:]
    assert counts[0] <= 8
    assert counts[1] <= 10
    assert counts[2] <= 15
