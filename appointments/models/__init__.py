"""Bookings, the times they hold, and the workshop's hours behind them."""

from appointments.capacity.models import DayLoad, LoadHold, LoadOverride
from appointments.models.booking import Appointment, AppointmentItem, AppointmentMove
from appointments.models.online import OnlineRequest, SpentProof
from appointments.models.times import SlotPlace, TimeOffer, WaitingWish

__all__ = [
    "Appointment",
    "AppointmentItem",
    "AppointmentMove",
    "DayLoad",
    "LoadHold",
    "LoadOverride",
    "OnlineRequest",
    "SlotPlace",
    "SpentProof",
    "TimeOffer",
    "WaitingWish",
]
