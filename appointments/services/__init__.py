"""The verbs of booking: request, confirm, offer other times, move, cancel, hand over to reception (M1.1, M1.2)."""

from appointments.services.changes import NO_SHOW_AFTER, cancel, hand_over_to_reception, mark_no_show, move
from appointments.services.floor import AppointmentRefused, locked, work_of
from appointments.services.negotiation import decline_offers, expire_offers, offer_times, take_offer
from appointments.services.reminders import remind
from appointments.services.requests import OPEN_PER_CAR, Car, Contact, book, confirm, request_appointment

__all__ = [
    "NO_SHOW_AFTER",
    "OPEN_PER_CAR",
    "AppointmentRefused",
    "Car",
    "Contact",
    "book",
    "cancel",
    "confirm",
    "decline_offers",
    "expire_offers",
    "hand_over_to_reception",
    "locked",
    "mark_no_show",
    "move",
    "offer_times",
    "remind",
    "request_appointment",
    "take_offer",
    "work_of",
]
