"""Tomorrow's list: bookings with the parts to prepare, and the sum of each part (chapter 1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments import services
from appointments.calendar import preparation
from servicedesk.catalogue.models import KitPart, LabourOperation
from servicedesk.documents.models import Paper, PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ClosedDay
from tests.documents.reading import text_of
from tests.fixtures.appointments import confirmed, ensure_reference, requested, slot
from tests.fixtures.people import client_of

pytestmark = pytest.mark.django_db
URL = reverse("appointments:preparation_list")


def kit_of(code: str) -> dict[str, Any]:
    ensure_reference()
    rows = KitPart.objects.filter(operation=LabourOperation.objects.get(code=code), part__active=True)
    return {row.part.part_no: row.qty for row in rows.select_related("part")}


def test_each_booking_has_its_parts_and_the_sum_stands_at_the_end(centre: Any, advisor: Any) -> None:
    kit = kit_of("MNT-020")
    assert kit
    tomorrow = centre.today() + dt.timedelta(days=1)
    confirmed(centre, advisor, codes=("MNT-020",), starts_at=slot(centre, 10, days=1))
    requested(centre, codes=("MNT-020",), plate="AAA-0002", phone="0912000002", starts_at=slot(centre, 9, days=1))
    confirmed(centre, advisor, plate="DAY-0003", phone="0912000003", starts_at=slot(centre, 9, days=2))
    gone = confirmed(centre, advisor, plate="AAA-0004", phone="0912000004", starts_at=slot(centre, 9, days=1))
    services.cancel(gone, by=Actor.of(advisor))
    rows = preparation.bookings_of(centre, tomorrow)
    assert [row.booking.vehicle.plate for row in rows] == ["AAA-0002", "BKQ-5821"]
    assert [{one.part.part_no: one.quantity for one in row.parts} for row in rows] == [kit, kit]
    together = {one.part.part_no: one.quantity for one in preparation.all_parts(rows)}
    assert together == {number: 2 * qty for number, qty in kit.items()}


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Bookings and parts to prepare", "All parts together"]), ("zh-hant", ["預約與備料", "零件合計"])],
)
def test_the_paper_is_in_the_centres_language(centre: Any, advisor: Any, language: str, words: list[str]) -> None:
    centre.language = language
    centre.save()
    confirmed(centre, advisor, codes=("MNT-020",), starts_at=slot(centre, 10, days=1))
    answer = client_of(advisor).get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    text = text_of(answer.content).replace(" ", "").replace("\n", "")
    for word in [*words, "BKQ-5821", *kit_of("MNT-020")]:
        assert word.replace(" ", "") in text, word
    assert (Paper.objects.count(), PaperOrder.objects.filter(kind="preparation").count()) == (0, 0)


def test_the_next_open_day_leaps_over_closed_ones(centre: Any) -> None:
    assert preparation.next_open_day(centre) == dt.date(2026, 11, 25)
    for day in (25, 26):
        ClosedDay.objects.create(centre=centre, date=dt.date(2026, 11, day))
    assert preparation.next_open_day(centre) == dt.date(2026, 11, 27)
    centre.opening_hours.all().delete()
    assert preparation.next_open_day(centre) == dt.date(2026, 11, 25)


def test_an_empty_day_has_a_paper_too(centre: Any, advisor: Any) -> None:
    answer = client_of(advisor).get(URL, {"date": "2026-11-29"})
    assert "BKQ" not in text_of(answer.content)


def test_the_counter_reads_it_and_others_do_not(everyone: Any, centre: Any, outsider: Any, advisor: Any) -> None:
    confirmed(centre, advisor, starts_at=slot(centre, 10, days=1))
    got = {role: client_of(user).get(URL).status_code for role, user in everyone.items() if role != "manager"}
    assert {role for role, status in got.items() if status == 200} == {"advisor", "supervisor", "parts"}
    assert set(got.values()) == {200, 403}
    assert "BKQ-5821" not in text_of(client_of(outsider).get(URL).content).replace(" ", "")
    counter = client_of(everyone["parts"])
    home = counter.get(reverse("home")).content.decode()
    assert URL in home
    assert reverse("home_list", args=["to_prepare"]) in home
    shown = counter.get(reverse("home_list", args=["to_prepare"]))
    assert [one.part.part_no for one in shown.context["parts"]] == sorted(kit_of("MNT-020") | kit_of("MNT-110"))


def test_one_and_thirty_bookings_cost_the_same(centre: Any, advisor: Any) -> None:
    centre.reception_places = 40
    centre.save()
    counts = []
    for upto in (1, 30):
        for n in range(len(counts) and 1, upto):
            requested(
                centre, plate=f"AAA-{n:04}", phone=f"09120{n:05}", name=f"客{n}", starts_at=slot(centre, 10, days=1)
            )
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            preparation.context(centre, centre.today() + dt.timedelta(days=1))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
