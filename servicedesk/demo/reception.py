"""Chapter 2 of a demonstration visit: received, inspected together, estimated, decided, authorised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from reception import services
from servicedesk.clock import now
from servicedesk.demo import courtesy
from servicedesk.demo.booking import car_of, contact_of
from servicedesk.demo.cases import CASES
from servicedesk.demo.visit import Acts, Visit
from servicedesk.messaging.models import SignedLink
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import Estimate, WorkOrderLine

FUEL = ("1/4", "3/8", "1/2", "5/8", "3/4", "7/8")
PLACES = ((30, 227), (110, 227), (200, 380), (430, 380), (185, 75), (290, 75), (468, 227))
SLACK = (55, 150)
LATE_BY = (15, 70)


def receive(v: Visit) -> None:
    """The car has arrived."""
    booked = v.appointment is not None
    v.order = services.receive(
        by=v.desk,
        advisor=v.advisor,
        centre=v.cast.centre,
        appointment=v.appointment,
        contact=None if booked else contact_of(v),
        car=None if booked else car_of(v),
        concern=v.told.words,
        symptoms=v.told.symptoms,
        operations=() if booked else [v.cast.operation(code) for code in v.planned],
        waits_on_site=v.script.waits_on_site,
    )


def readings(v: Visit) -> None:
    """What the dials show."""
    car = v.vehicle
    car.refresh_from_db()
    values: dict[str, Any] = {
        "odometer": (car.odometer or 20_000) + v.chance.randint(180, 1600),
        "keys": 1 + v.chance.randint(0, 1),
    }
    if car.powertrain != "ev":
        values["fuel"] = v.chance.choice(FUEL)
    if car.is_plugged_in:
        values["charge"] = v.chance.randint(22, 88)
    services.record_readings(v.visit, by=v.desk, **values)


def walk_around(v: Visit) -> None:
    """Around the car together: what is fine, and the marks it has."""
    lights = (
        ["engine"] if v.script.case == "engine_lamp" else ["battery"] if v.script.case == "charge_lamp" else ["none"]
    )
    services.record_items(v.visit, by=v.desk, answers=v.cast.all_good(), warning_lights=lights)
    for x, y in v.chance.sample(PLACES, v.chance.choice((0, 0, 1, 1, 2))):
        kind = v.chance.choice(("scratch", "scratch", "dent", "chip"))
        services.add_mark(v.visit, by=v.desk, x=x, y=y, kind=kind, note=v.say("mark"))


def inspect(v: Visit) -> None:
    """The customer confirms the inspection by his name."""
    walk_around(v)
    services.sign_inspection(
        v.visit,
        by=v.desk,
        name=v.customer.name,
        purpose_explained=True,
        covers_fitted=True,
        valuables=v.chance.choice(("none", "none", "removed")),
        wash_wanted=not v.script.no_wash,
        old_parts_wanted=v.chance.random() < 0.2,
        waits_on_site=v.script.waits_on_site,
        road_test_allowed=True,
        charging_allowed=True if v.vehicle.is_plugged_in else None,
    )


def estimate(v: Visit) -> None:
    """Propose what was seen, then show the estimate, or send it."""
    if v.script.proposes:
        operation = v.cast.operation(CASES[v.script.case].found)
        services.add_operation(v.visit, by=v.desk, operation=operation, urgency="soon", finding=v.told.finding)
        if v.script.proposes == "approve":
            v.planned.append(operation.code)
    show = services.show_estimate if v.script.decides == "tablet" else services.send_estimate
    show(v.visit, by=v.desk)


def decide(v: Visit) -> None:
    """The customer's word on every line."""
    shown = newest_estimate(v)
    lines = v.visit.lines.top().unanswered().select_related("operation")
    answer_all(v, shown, {line.pk: answer_for(v, line, v.script.proposes) for line in lines}, v.script.decides)


def newest_estimate(v: Visit) -> Estimate:
    """The version the customer was shown last."""
    return v.visit.estimates.select_related("work_order").latest("version")


def answer_for(v: Visit, line: WorkOrderLine, wish: str) -> Answer:
    """Yes to what he came for; his wish decides on what was found."""
    if not line.finding or wish not in ("decline", "defer"):
        return Answer("approve")
    if wish == "defer":
        return Answer("defer", deferred_to=v.hours.date(v.t) + dt.timedelta(days=v.chance.choice((30, 60, 90))))
    return Answer("decline", reason=v.customer_says("decline"))


def answer_all(v: Visit, shown: Estimate, answers: dict[int, Answer], how: str) -> None:
    """Take the decision on the tablet, by telephone or from the customer's link."""
    if how == "phone" and v.customer.phone:
        phone = str(v.customer.phone)
        services.decide_by_phone(shown, answers, by=v.desk, person=v.customer.name, phone=phone, read_back=True)
    elif how == "link" and (link := link_to(shown)):
        services.decide_by_link(shown, answers, link=link, person=v.customer.name)
    else:
        services.decide_signed(shown, answers, by=v.desk, person=v.customer.name)


def link_to(shown: Estimate) -> SignedLink | None:
    """The link by which the customer was sent this version."""
    links = SignedLink.objects.filter(purpose="estimate", target_id=shown.pk).select_related("customer", "centre")
    return links.order_by("-pk").first()


def authorise(v: Visit) -> None:
    """Promise the delivery and hand the car to the workshop."""
    script = v.script
    if script.promise_in is not None:
        since_now = v.hours.forward if script.promise_in >= 0 else v.hours.back
        promised = round_time(since_now(v.present, abs(script.promise_in)))
    else:
        spare = -v.chance.uniform(*LATE_BY) if script.late else v.chance.uniform(*SLACK)
        promised = v.hours.rounded_up(v.hours.forward(v.t, max(35, v.minutes_to_ready("authorise") + spare)))
    soonest = now() + dt.timedelta(minutes=20)
    services.authorise(v.visit, by=v.desk, promised_at=max(promised, soonest))
    courtesy.lend(v)


def round_time(moment: dt.datetime) -> dt.datetime:
    """The full five minutes before: people promise 10:55, not 10:58."""
    return moment.replace(minute=moment.minute - moment.minute % 5, second=0, microsecond=0)


ACTS: dict[str, Callable[[Visit], None]] = {
    "receive": receive,
    "readings": readings,
    "inspect": inspect,
    "estimate": estimate,
    "decide": decide,
    "authorise": authorise,
}


def at_the_desk(v: Visit, first: str = "receive") -> Acts:
    """From the arrival (or the step `first`) to the workshop's order; ends early where the script rests or gives up."""
    steps = list(ACTS)
    for name in steps[steps.index(first) :]:
        yield v.at(v.arrives) if name == "receive" else v.step(name)
        if name == "decide" and v.script.ending == "given_back":
            services.give_back(v.visit, by=v.desk, reason=v.say("give_back"))
            return
        ACTS[name](v)
        if v.script.stop == name:
            return
