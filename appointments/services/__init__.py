"""The verbs of booking: request, confirm, offer other times, move, cancel, wait, hand over to reception (M1.1, M1.2)."""

from appointments.services.changes import cancel, hand_over_to_reception, mark_no_show, move
from appointments.services.floor import AppointmentRefused, locked, work_of
from appointments.services.missed import GIVEN_UP, expire_requests, give_up_missed, not_here, rebook
from appointments.services.negotiation import decline_offers, expire_offers, offer_times, take_offer
from appointments.services.reminders import remind
from appointments.services.requests import OPEN_PER_CAR, Car, Contact, book, confirm, request_appointment
from appointments.services.waiting import check_days, offer_freed, stop_waiting, wait_for_a_time, wish_earlier

__all__ = [
    "GIVEN_UP",
    "OPEN_PER_CAR",
    "AppointmentRefused",
    "Car",
    "Contact",
    "book",
    "cancel",
    "check_days",
    "confirm",
    "decline_offers",
    "expire_offers",
    "expire_requests",
    "give_up_missed",
    "hand_over_to_reception",
    "locked",
    "mark_no_show",
    "move",
    "not_here",
    "offer_freed",
    "offer_times",
    "rebook",
    "remind",
    "request_appointment",
    "stop_waiting",
    "take_offer",
    "wait_for_a_time",
    "wish_earlier",
    "work_of",
]
