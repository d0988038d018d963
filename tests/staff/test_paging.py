"""The keyset pager: every row once, forth and back, whatever the cursor."""

import datetime as dt

import pytest

from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.paging import page

pytestmark = pytest.mark.django_db
ORDER = ("-created_at", "-id")


@pytest.fixture
def customers(db):
    """Seven customers, of whom two share a moment; newest first."""
    start = dt.datetime(2026, 11, 24, 2, 0, 0, 123456, tzinfo=dt.UTC)
    made = [
        Customer.objects.create(
            name=f"C{n}", email=f"{n}@example.com", created_at=start + dt.timedelta(microseconds=n // 2)
        )
        for n in range(7)
    ]
    return made[::-1]


def walk(order, size, queryset=None):
    """All pages forth, and the cursor of the last one."""
    queryset, cursor, pages = Customer.objects.all() if queryset is None else queryset, "", []
    while True:
        here = page(queryset, order, cursor, size)
        pages.append(here)
        if not here.next:
            return pages
        cursor = here.next


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize(
    "order", [("-created_at", "-id"), ("created_at", "id"), ("-created_at", "id"), ("name", "-id")]
)
def test_every_row_once_and_in_order(customers, order, size):
    pages = walk(order, size)
    assert [row for here in pages for row in here.rows] == list(Customer.objects.order_by(*order))
    assert [len(here.rows) for here in pages[:-1]] == [size] * (len(pages) - 1)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_back_again(customers, size):
    pages = walk(ORDER, size)
    back = [pages[-1]]
    while back[-1].previous:
        back.append(page(Customer.objects.all(), ORDER, back[-1].previous, size))
    assert [here.rows for here in back[::-1]] == [here.rows for here in pages]
    assert pages[0].previous == ""


def test_over_a_relation(customers):
    for customer in customers:
        Vehicle.objects.create(customer=customer, plate=customer.name)
    order = ("-customer__created_at", "-id")
    pages = walk(order, 2, Vehicle.objects.select_related("customer"))
    assert [car for here in pages for car in here.rows] == list(Vehicle.objects.order_by(*order))


def test_one_query_a_page(customers, django_assert_num_queries):
    second = page(Customer.objects.all(), ORDER, "", 3).next
    with django_assert_num_queries(1):
        page(Customer.objects.all(), ORDER, second, 3)


@pytest.mark.parametrize("cursor", ["x", "%00", "\x00", "eyJ9", "a:b:c", "x" * 10_000, "🚗", ":::"])
def test_garbage_is_the_first_page(customers, cursor):
    assert page(Customer.objects.all(), ORDER, cursor, 3).rows == customers[:3]


def test_a_cursor_of_another_list_is_the_first_page(customers):
    other = page(Customer.objects.all(), ("name", "id"), "", 3).next
    assert page(Customer.objects.all(), ORDER, other, 3).rows == customers[:3]


def test_rows_gone_behind_the_cursor(customers):
    second = page(Customer.objects.all(), ORDER, "", 3)
    Customer.objects.exclude(pk__in=[row.pk for row in second.rows]).delete()
    assert page(Customer.objects.all(), ORDER, second.next, 3).rows == customers[:3]


def test_no_rows(db):
    assert page(Customer.objects.all(), ORDER) == page(Customer.objects.none(), ORDER)
    assert page(Customer.objects.all(), ORDER).rows == []
