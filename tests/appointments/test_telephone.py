"""Booking by telephone when the time or the workshop is full: nothing typed is lost, others are offered, a reason lets it in."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from appointments.models import Appointment, LoadOverride
from servicedesk.staff.actors import Actor
from tests.appointments.test_views import booking_form
from tests.fixtures.appointments import requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
OVERHAUL = ["DRV-010"]
"""14 hours of the highest level: more than one technician's day."""


@pytest.fixture
def full_slot(centre: Any, reference: None) -> Any:
    for number in range(centre.reception_places):
        requested(
            centre, plate=f"AAA-000{number}", phone=f"091200000{number}", name=f"客{number}", starts_at=slot(centre, 11)
        )
    return centre


def test_a_time_that_has_just_gone_brings_the_form_back_with_the_nearest(full_slot: Any, advisor: Any) -> None:
    desk, url = client_of(advisor), reverse("appointments:new")
    answer = desk.act(url, booking_form(full_slot))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "11:00 has just been taken" in text
    assert "怠速會抖" in text
    assert "沈柏翰" in text
    near = [one.value for one in answer.context["near"]]
    assert len(near) == 3
    assert all(f'name="starts_at" value="{value}"' in text for value in near)
    desk.act(url, booking_form(full_slot, starts_at=[slot(full_slot, 11).isoformat(), near[0]]))
    assert Appointment.objects.get(state="confirmed").starts_at.isoformat() != slot(full_slot, 11).isoformat()


def test_a_full_workshop_wants_a_reason_and_keeps_it(
    centre: Any, advisor: Any, technician: Any, reference: None
) -> None:
    desk, url = client_of(advisor), reverse("appointments:new")
    form = booking_form(centre, operations=OVERHAUL)
    answer = desk.act(url, form)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The workshop has no hours left for this work" in text
    assert "The workshop is full: with a reason" in text
    assert not Appointment.objects.exists()
    desk.act(url, {**form, "override": "Engine is on the bench, the supervisor agrees"})
    row = Appointment.objects.get()
    assert row.state == "confirmed"
    assert {one.reason for one in LoadOverride.objects.filter(appointment=row)} == {
        "Engine is on the bench, the supervisor agrees"
    }


def test_times_follow_the_chosen_services(centre: Any, advisor: Any, technician: Any, reference: None) -> None:
    desk, url = client_of(advisor), reverse("appointments:new")
    date = centre.today().isoformat()
    small = desk.get(url, {"date": date, "operations": "MNT-060"}).context["day"]
    big = desk.get(url, {"date": date, "operations": ["MNT-060", *OVERHAUL]}).context["day"]
    assert small.state == "free"
    assert not small.without_hours
    assert big.state == "full"
    assert len(big.without_hours) == len(big.slots)


def test_a_customer_by_link_or_online_cannot_override(centre: Any, technician: Any, reference: None) -> None:
    from appointments.refusals import HoursTaken

    with pytest.raises(HoursTaken):
        requested(centre, codes=OVERHAUL, by=Actor.visitor("林怡君"))
