"""Chapter 1 of a demonstration visit: requested, confirmed, moved, cancelled, or nobody comes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from appointments import services, slots
from appointments.capacity.needs import work_for
from appointments.services import Car, Contact
from servicedesk.demo.visit import Acts, Visit
from servicedesk.staff.actors import Actor

NEAR = 6
"""How many times of the grid are tried before a car comes without a booking."""
PATIENCE = 32
"""Minutes after which nobody waits for a booked car any more."""


def contact_of(v: Visit) -> Contact:
    """How the customer is reached."""
    person = v.customer
    return Contact(
        person.name, str(person.phone), person.email, person.language, person.channel, person.honorific, consent=True
    )


def car_of(v: Visit) -> Car:
    """The car, as its owner describes it."""
    car = v.vehicle
    return Car(car.plate, car.make, car.model_name, car.model_code, car.powertrain, odometer=car.odometer)


def slot_near(v: Visit, moment: dt.datetime) -> dt.datetime | None:
    """A free time of the grid near `moment`, seen from now, online after our answer; None when all are taken."""
    centre = v.cast.centre
    date = v.hours.date(moment)
    online = v.script.came == "online"
    work = work_for([v.cast.operation(code) for code in v.planned])
    wish = slots.Wish(work, online=online, after=slots.answered_by(centre) if online else None)
    free = [slot.at for slot in slots.free_slots(centre, date, 1, wish)]
    ahead = sorted(free, key=lambda at: abs(at - moment))
    return next((at for at in ahead[:NEAR] if abs(at - moment) < dt.timedelta(minutes=75)), None)


def request(v: Visit, asked: dt.datetime) -> Acts:
    """A request from the public page that nobody has answered yet."""
    yield asked
    slot = slot_near(v, v.arrives)
    if slot:
        take(v, slot, by=Actor.visitor(v.customer.name))


def book(v: Visit) -> Acts:
    """Take the booking some days ahead; the car then comes at its slot. A full day turns it into a walk-in."""
    script, wanted = v.script, v.arrives
    online = script.came == "online"
    day = v.hours.date(wanted) - dt.timedelta(days=script.booked_days)
    if online:
        asked = v.cast.centre.at(day, dt.time(v.chance.randint(7, 22), v.chance.randrange(60)))
    else:
        asked = v.hours.next_open(v.cast.centre.at(day, dt.time(v.chance.randint(9, 17), v.chance.randrange(60))))
    asked = min(asked, wanted - dt.timedelta(hours=3))
    yield asked
    slot = slot_near(v, wanted)
    if slot is None:
        script.came = "walk_in"
        return
    take(v, slot, by=Actor.visitor(v.customer.name) if online else v.desk)
    if online:
        yield v.hours.forward(asked, v.chance.uniform(4, 24))
        assert v.appointment
        v.appointment = services.confirm(v.appointment, by=v.desk)
    if script.moved:
        yield from move(v, asked)
    assert v.appointment
    if not script.stop:
        v.arrives = v.appointment.starts_at + dt.timedelta(minutes=v.chance.randint(-4, 9))


def take(v: Visit, slot: dt.datetime, *, by: Actor) -> None:
    """The request, or by telephone and at the desk the booking at once."""
    script = v.script
    values: dict[str, Any] = {
        "centre": v.cast.centre,
        "contact": contact_of(v),
        "car": car_of(v),
        "operations": [v.cast.operation(code) for code in v.planned],
        "starts_at": slot,
        "concern": v.told.words,
        "symptoms": v.told.symptoms,
        "waits_on_site": script.waits_on_site,
        "source": script.came,
    }
    v.appointment = (
        services.request_appointment(by=by, **values) if script.came == "online" else services.book(by=by, **values)
    )


def move(v: Visit, since: dt.datetime) -> Acts:
    """The customer asks for another time of the same or the next day."""
    assert v.appointment
    moment = v.hours.forward(since, 90)
    if moment > v.appointment.starts_at - dt.timedelta(hours=3):
        return
    yield moment
    later = v.appointment.starts_at + dt.timedelta(minutes=60)
    slot = slot_near(v, later)
    if slot and slot != v.appointment.starts_at:
        v.appointment = services.move(v.appointment, to=slot, by=v.desk, reason=v.say("move"))


def does_not_come(v: Visit) -> Acts:
    """The booked car stays away, or its owner calls the visit off."""
    assert v.appointment
    if v.script.ending == "cancelled":
        yield v.hours.back(v.appointment.starts_at, 150)
        services.cancel(v.appointment, by=v.desk, reason=v.say("cancel"))
    else:
        yield v.appointment.starts_at + dt.timedelta(minutes=PATIENCE)
        services.mark_no_show(v.appointment, by=v.desk)
