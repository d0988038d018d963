"""Bookings whose customers have a letter of every kind, and tokens that open nothing: what A5, A6 and A7 try them with."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

from django.conf import settings

from appointments import services
from appointments.models import Appointment
from appointments.services import Car, Contact
from servicedesk.messaging.links import PURPOSES
from servicedesk.messaging.models import TOKEN_LENGTH, Message, SignedLink, make_token
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre
from tests.fixtures.appointments import operations

KINDS = {
    "appointment_received",
    "appointment_confirmed",
    "appointment_alternatives",
    "appointment_moved",
    "appointment_cancelled",
    "appointment_missed",
    "appointment_reminder_day",
    "appointment_reminder_2h",
    "appointment_expired",
    "waitlist_joined",
    "waitlist_offer",
    "waitlist_over",
    "new_link",
}
"""Every letter about a booking that carries a link."""
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
NAME, PHONE, EMAIL, PLATE = "林怡君", "0912-345-678", "lin@example.com", "BKQ-5821"
PERSONAL = (NAME, "林小姐", "912345678", "912-345-678", "912 345 678", EMAIL, PLATE, "5821")
"""What tells strangers about a person, in any notation of ours."""


def wait_from(centre: ServiceCentre, plate: str, days: int) -> Appointment:
    """On the waiting list for the day so many days ahead."""
    date = centre.today() + dt.timedelta(days=days)
    return services.wait_for_a_time(
        by=Actor.visitor(NAME),
        centre=centre,
        contact=Contact(NAME, PHONE, EMAIL, language="zh-hant", channel="email", honorific="ms"),
        car=Car(plate, make="Toyota", model_name="RAV4"),
        operations=operations(["MNT-020"]),
        from_date=date,
        until_date=date,
    )


def wrong_tokens(genuine: list[SignedLink], number: int, *, seed: int) -> list[str]:
    """`number` tokens that open nothing: by chance, each bit of a genuine one turned, and right ones for another purpose."""
    return list(dict.fromkeys(_wrong(genuine, number, random.Random(seed))))[:number]


def _wrong(genuine: list[SignedLink], number: int, chance: random.Random) -> Iterator[str]:
    good = {link.token for link in genuine}
    for link in genuine:
        for purpose in sorted(set(PURPOSES) - {link.purpose}):
            yield make_token(purpose, link.nonce, settings.SECRET_KEY)
        for place in range(TOKEN_LENGTH):
            for bit in range(6):
                letter = ALPHABET[ALPHABET.index(link.token[place]) ^ (1 << bit)]
                turned = link.token[:place] + letter + link.token[place + 1 :]
                if turned not in good:
                    yield turned
    for _n in range(number):
        yield "".join(chance.choices(ALPHABET, k=TOKEN_LENGTH))


def links_of_letters() -> dict[str, SignedLink]:
    """A link of each kind of letter about a booking, by the kind."""
    rows = Message.objects.filter(link__purpose="appointment", state="sent").select_related("link").order_by("pk")
    return {row.kind: row.link for row in rows}
