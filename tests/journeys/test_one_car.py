"""One car through all eight chapters, as people do it: one account per role, and the customer's own links, in Chinese.

A journey is one test on purpose: each chapter starts from what the one before it left.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.conftest import PHONE, TABLET, House, Person
from tests.journeys.delivery import answer_the_survey, complain, follow_up, hand_over, prepare_delivery, read_the_bill
from tests.journeys.reception import agree_on_work, book_online, confirm, receive_and_inspect
from tests.journeys.workshop import inspect, repair


def test_one_car_from_online_booking_to_closed_complaint(house: House, person: Callable[..., Person]) -> None:
    customer = person(screen=PHONE)
    advisor = person("advisor")
    book_online(customer)
    confirm(house, advisor, customer)
    tablet = person("advisor", screen=TABLET)
    number = receive_and_inspect(house, tablet)
    agree_on_work(house, advisor, tablet, number)
    repair(house, person, customer, number)
    inspect(house, person, number)
    bill = prepare_delivery(house, person, number)
    hand_over(house, advisor, tablet, customer, number)
    read_the_bill(house, advisor, bill)
    answer_the_survey(house, advisor, customer, number)
    follow_up(house, person, number)
    complain(house, person, customer, number)
    house.reconcile()
