"""A customer books online, step by step, in a browser without scripts; or by telephone, and an advisor books."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.proofs.stack import Service
from tests.proofs.visitor import Page, Visitor, last_step

ZONE = ZoneInfo("Asia/Taipei")
SLOTS_A_DAY = 16
REVIEW = "/appointments/book/review/"
OF_CUSTOMER = """
    SELECT count(*) FROM appointments_appointment a JOIN customers_customer c ON c.id = a.customer_id WHERE c.email = %s
"""
_count = itertools.count()


def next_slot() -> str:
    """Return a time that no booking of this run has asked for: a working day of the next weeks, from nine o'clock on."""
    number = next(_count)
    day = dt.datetime.now(ZONE).date() + dt.timedelta(days=3)
    days = (day + dt.timedelta(days=n) for n in itertools.count())
    workdays = (one for one in days if one.weekday() in range(5))
    chosen = next(itertools.islice(workdays, number // SLOTS_A_DAY, None))
    minutes = 9 * 60 + 30 * (number % SLOTS_A_DAY)
    return dt.datetime.combine(chosen, dt.time(minutes // 60, minutes % 60), ZONE).isoformat()


def steps(
    number: int, centre: str, starts_at: str, email: str, channel: str
) -> list[tuple[str, dict[str, str | list[str]]]]:
    """What customer `number` enters in the four steps before the last."""
    car: dict[str, str | list[str]] = {"plate": f"PRV-{1000 + number}", "model": "other", "other_model": "Mazda 3"}
    contact: dict[str, str | list[str]] = {"name": f"Customer {number}", "phone": f"09{10000000 + number}"}
    return [
        ("car", {**car, "reasons": ["noise"]}),
        ("services", {"operations": ["MNT-020"]}),
        ("time", {"centre": centre, "starts_at": starts_at}),
        ("contact", {**contact, "email": email, "channel": channel, "language": "zh-hant", "agree": "on"}),
    ]


@dataclass
class Booking:
    """One customer's booking; `send` may be repeated with the same key, as an impatient finger does."""

    service: Service
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: int = field(default_factory=lambda: next(_count))
    channel: str = "email"
    asked: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self.visitor = self.service.visitor()
        self.email = f"customer{self.number}@example.com"

    def fill_in(self) -> Booking:
        """Go through the first four steps."""
        centre = str(self.service.one("SELECT min(id) FROM staff_servicecentre"))
        self.visitor.get("/appointments/book/")
        for step, values in steps(self.number, centre, next_slot(), self.email, self.channel):
            page = self.visitor.act(f"/appointments/book/{step}/", **values)
            assert page.status == 302, f"step {step}: {page.status} {page.text[:3000]}"
        self.asked = last_step(self.visitor.get(REVIEW))
        return self

    def send(self) -> Page:
        """Look at everything once more and send it. Raises OSError when the server goes away meanwhile."""
        if self.asked is None:
            self.asked = last_step(self.visitor.get(REVIEW))
        return self.visitor.act(REVIEW, key=self.key, **self.asked)

    def made(self) -> int:
        """Return how many bookings this customer has."""
        return self.service.one(OF_CUSTOMER, self.email)


@dataclass
class Call:
    """A customer on the telephone, and the advisor who books for him; both ask for a letter."""

    service: Service
    desk: Visitor
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: int = field(default_factory=lambda: next(_count))

    def send(self) -> Page:
        """Book and confirm."""
        starts_at = next_slot()
        return self.desk.act(
            "/appointments/new/",
            key=self.key,
            source="phone",
            plate=f"PRV-{1000 + self.number}",
            model="TOY-RAV",
            name=f"Customer {self.number}",
            phone=f"09{10000000 + self.number}",
            email=self.email,
            channel="email",
            language="zh-hant",
            concern="怠速會抖",
            operations=["MNT-020"],
            date=starts_at[:10],
            starts_at=starts_at,
        )

    @property
    def email(self) -> str:
        """Where his letter goes."""
        return f"customer{self.number}@example.com"

    def made(self) -> int:
        """Return how many bookings this customer has."""
        return self.service.one(OF_CUSTOMER, self.email)


def book(service: Service) -> Booking:
    """Book, and check that it was taken."""
    service.rows("DELETE FROM appointments_onlinerequest")  # twelve a day from one address are enough for people
    booking = Booking(service).fill_in()
    page = booking.send()
    assert page.status == 302, f"{page.status} {page.text[:3000]}"
    assert page.url.endswith("/received/"), page.url
    return booking
