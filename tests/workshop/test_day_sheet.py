"""The day on paper, for when the system is down."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from servicedesk.customers.models import Customer
from servicedesk.documents.models import Paper, PaperOrder
from tests.documents.reading import pages_of, text_of
from tests.fixtures.appointments import confirmed, slot
from tests.fixtures.people import client_of
from tests.fixtures.workshop import authorised_walk_in, in_repair
from workshop import daysheet

pytestmark = pytest.mark.django_db
URL = reverse("workshop:day_sheet")


@pytest.fixture
def day(reference, centre, advisor, technician, supervisor, at_tuesday_ten):
    confirmed(centre, advisor, plate="DEM-1180", starts_at=slot(centre, 14))
    confirmed(centre, advisor, plate="DEM-9999", starts_at=slot(centre, 14, days=1))
    late = authorised_walk_in(centre, advisor, plate="ABC-2001", promise_hours=0.2)
    in_repair(authorised_walk_in(centre, advisor, plate="ABC-2002"), technician, supervisor)
    return late


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Day sheet", "Today's bookings", "Cars in the workshop", "New stage", "Bookings 1"]),
        ("zh-hant", ["當日作業表", "今日預約", "新階段", "預約1台", "系統停擺時用此表作業"]),
        ("zh-hans", ["当日作业表", "今日预约", "新阶段", "预约1台"]),
    ],
)
def test_it_shows_who_comes_and_which_cars_are_here(language, words, day, centre):
    with override(language):
        text = text_of(daysheet.day_sheet(centre))
    for word in [*words, "14:00", "DEM-1180", "ABC-2001", "ABC-2002", "陳志豪"]:
        assert word.replace(" ", "") in text.replace(" ", ""), word
    assert "DEM-9999" not in text


def test_what_is_at_risk_is_marked_not_only_tinted(day, centre):
    cars = {car["plate"]: car["risk"] for car in daysheet.context(centre)["cars"]}
    assert cars == {"ABC-2001": True, "ABC-2002": False}


def test_the_desk_prints_it_and_nothing_is_kept(day, advisor, supervisor, manager, technician, outsider):
    for user in (advisor, supervisor, manager):
        response = client_of(user).get(URL)
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert client_of(technician).get(URL).status_code == 403
    assert "ABC-2001" not in "".join(pages_of(client_of(outsider).get(URL).content))
    assert client_of(None).get(URL).status_code == 302
    assert Paper.objects.count() == 0
    assert PaperOrder.objects.filter(kind="day_sheet").count() == 0


def test_many_rows_cost_no_more_queries(day, centre, advisor, django_assert_max_num_queries):
    for number in range(6):
        authorised_walk_in(centre, advisor, plate=f"XYZ-{number}000")
        confirmed(
            centre,
            advisor,
            plate=f"KLM-{number}000",
            phone=f"0912-000-{number}00",
            starts_at=slot(centre, 15 + number // 2, 30 * (number % 2)),
            override="one technician, a full day",
        )
    with django_assert_max_num_queries(8):
        daysheet.context(centre)


def test_typed_words_stay_words(day, centre):
    Customer.objects.update(name='<img src="file:///etc/passwd">')
    assert "file:///etc/passwd" in text_of(daysheet.day_sheet(centre)).replace(" ", "")
