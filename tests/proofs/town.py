"""A whole town: one booking, visit, call or case at every point of the process, made by the real services.

Used by proofs that walk every page and every form. Each car is another customer's, so pages differ.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.db import transaction
from django.urls import reverse

from appointments import comeback, slots
from appointments import services as appointments
from delivery import services as delivery
from delivery.models import WashPart
from reception import services as reception
from reception.models import CourtesyLoan
from servicedesk.catalogue import checklists
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.catalogue.words import ItemList
from servicedesk.clock import now
from servicedesk.customers.models import Vehicle
from servicedesk.documents import photos, printing
from servicedesk.documents.models import PaperOrder
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import WorkOrder
from tests.fixtures import appointments as a
from tests.fixtures import complaints as c
from tests.fixtures import delivery as d
from tests.fixtures import followup as f
from tests.fixtures import quality as q
from tests.fixtures import reception as r
from tests.fixtures import workshop as w
from tests.fixtures.pictures import picture, upload
from workshop import services as workshop
from workshop.models import Job

BOOKINGS = ("confirmed", "missed", "waits", "earlier")
"""Bookings whose pages offer what no other's does: staff's and the customer's."""


@dataclass
class Town:
    """The rows of one centre, by the point of the process they stand at."""

    centre: ServiceCentre
    who: dict[str, User]
    prefix: str
    rows: dict[str, Any] = field(default_factory=dict)

    def links(self) -> list[SignedLink]:
        """Customers' links: the first and the last three of each purpose."""
        chosen = []
        mine = SignedLink.objects.filter(centre=self.centre)
        for purpose in sorted(set(mine.values_list("purpose", flat=True))):
            ordered = list(mine.filter(purpose=purpose).order_by("pk"))
            chosen += list(dict.fromkeys([*ordered[:3], *ordered[-3:]]))
        those = {self.rows[name].pk for name in BOOKINGS}
        chosen += [link for link in mine.filter(purpose="appointment", target_id__in=those) if link not in chosen]
        return chosen

    def asides(self, who: str) -> list[str]:
        """Pages that `who` would find only after many others."""
        if who.startswith("link:survey"):
            return ["/delivery/survey/thanks/"]
        if who not in ("advisor", "manager"):
            return []
        orders = [self.rows["printed"], self.rows["unprinted"]]
        visits = WorkOrder.objects.filter(centre=self.centre, number__in=[order.about for order in orders])
        papers = [reverse("workorders:panel", args=[visit.pk, "papers"]) for visit in visits]
        bookings = [self.rows[name].get_absolute_url() for name in BOOKINGS]
        lists = [reverse("catalogue:item", args=[row.pk]) for row in ChecklistItem.objects.of("selfcheck")[:1]]
        steps = (("estimate", "looked"), ("authorise", "decided"))
        desk = [reverse(f"reception:{step}", args=[self.rows[name].pk]) for step, name in steps]
        return [self.rows["unsent"].get_absolute_url(), *papers, *bookings, *desk, *(lists if who == "manager" else [])]

    def names(self) -> list[str]:
        """Plates of its cars: what must show nowhere else."""
        orders = WorkOrder.objects.filter(centre=self.centre).select_related("vehicle")
        return sorted({order.vehicle.plate for order in orders})


def build(centre: ServiceCentre, who: dict[str, User], prefix: str = "TWN") -> Town:
    """Fill `centre` with a row at every point. `who`: one person per role, by role key."""
    a.ensure_reference()
    town = Town(centre, who, prefix)
    rows, number = town.rows, count(1)
    advisor, technician, supervisor = who["advisor"], who["technician"], who["supervisor"]
    by = Actor.of(advisor)

    def booking() -> dict[str, Any]:
        n = next(number)
        return {
            "plate": f"{prefix}-{1000 + n}",
            "name": f"{prefix} 客戶{n}",
            "phone": f"0912{ord(prefix[0])}{n:04}",
            "email": f"{prefix.lower()}{n}@example.com",
            "starts_at": a.slot(centre, 14 + n % 4, 30 * (n // 4 % 2), days=n // 8 % 4),
        }

    def at(stage: str) -> WorkOrder:
        order = r.authorised(centre, advisor, **booking())
        steps = {
            "authorised": lambda: None,
            "repair": lambda: w.in_repair(order, technician, supervisor),
            "selfcheck": lambda: w.finish_jobs(order, technician),
            "final": lambda: q.self_checked(order, technician),
            "preparation": lambda: q.inspected(order, who["inspector"]),
            "ready": lambda: d.made_ready(order, who["detailer"], who["cashier"]),
            "delivered": lambda: d.handed_over(order, advisor, who["cashier"]),
        }
        for name, step in steps.items():
            step()
            if name == stage:
                break
        order.refresh_from_db()
        return order

    given: dict[str, Any] = {"group": "equipment", "input_type": "ok_ng", "options": ["present", "missing"]}
    unwanted = checklists.add_item(ItemList.WALKAROUND, by=Actor.of(who["manager"]), name_en="Child seat", **given)
    checklists.retire_item(unwanted, by=Actor.of(who["manager"]))  # asked of nobody, but it can be brought back
    rows["requested"] = a.requested(centre, **booking())
    rows["proposed"] = a.requested(centre, **booking())
    free = slots.nearest_free(centre, rows["proposed"].starts_at, count=2)
    appointments.offer_times(rows["proposed"], times=[slot.at for slot in free], by=by)
    rows["confirmed"] = a.confirmed(centre, advisor, **booking())
    rows["missed"] = a.missed(centre, advisor, **booking())
    told = booking()
    mornings = {"part": "morning"}  # of today, at ten: no sweep finds one, so that nothing changes by itself
    who_waits = {name: told[name] for name in ("plate", "name", "phone", "email")}
    rows["waits"] = a.waiting(centre, **who_waits, days=(0, 0), **mornings)
    rows["earlier"] = a.confirmed(centre, advisor, **booking() | {"starts_at": a.slot(centre, 14, days=4)})
    today = centre.today()
    appointments.wish_earlier(rows["earlier"], from_date=today, until_date=today, by=by, **mornings)
    rows["waits_here"] = reception.arrive(by=by, centre=centre, plate=f"WLK-{prefix}1")
    rows["booked_here"] = reception.arrive(by=by, centre=centre, appointment=a.confirmed(centre, advisor, **booking()))
    rows["received"] = r.received(centre, advisor, **booking())
    Vehicle.objects.filter(pk=rows["received"].vehicle_id).update(powertrain="phev")  # asked for fuel and charge
    rows["looked"] = r.received(centre, advisor, **booking())
    reception.record_readings(rows["looked"], by=by, odometer=40_100, keys=2, fuel="5/8")
    r.all_good(rows["looked"], advisor)
    reception.record_need(rows["looked"], by=by, words="雨刷跳動")
    reception.add_mark(rows["looked"], by=by, x=50, y=50, kind="scratch")
    rows["left"] = r.looked_at(r.received(centre, advisor, **booking()), advisor)
    reception.leave_unsigned(rows["left"], by=by, reason="趕著開會")
    small = photos.read(upload(picture((64, 48))))
    reception.add_photo(rows["looked"], by=by, key=uuid.uuid4(), picture=small)
    work = dict(zip(("pads", "discs", "wipers"), a.operations(("BRK-010", "BRK-030", "MNT-120")), strict=True))
    fitted = reception.add_operation(rows["looked"], by=by, operation=work["discs"])
    reception.add_operation(rows["looked"], by=by, operation=work["pads"], alternative_of=fitted)
    reception.add_line_photos(rows["looked"], by=by, line=fitted, pictures=[small])
    rows["inspected"] = r.inspected(centre, advisor, **booking())
    rows["lent"] = lent(rows["inspected"], Actor.of(who["manager"]))
    rows["estimated"], _shown = r.estimated(centre, advisor, **booking())
    rows["sent"], _shown = r.estimated(centre, advisor, **booking())
    wanted = rows["sent"].lines.top().unanswered().order_by("pk")[0]
    reception.add_line_photos(rows["sent"], by=by, line=wanted, pictures=[small])
    reception.send_estimate(rows["sent"], by=by)
    rows["outdated"], _shown = r.estimated(centre, advisor, **booking())
    reception.send_estimate(rows["outdated"], by=by)
    reception.add_operation(rows["outdated"], by=by, operation=work["wipers"])
    reception.show_estimate(rows["outdated"], by=by)  # who holds the first link may ask for the newest
    rows["decided"], shown = r.estimated(centre, advisor, **booking())
    decide(shown, rows["decided"], by)
    rows["authorised"] = at("authorised")
    rows["assigned"] = at("authorised")
    w.assigned(rows["assigned"], technician, supervisor)
    rows["selfcheck"] = at("selfcheck")
    rows["final"] = at("final")
    rows["rework"] = at("final")
    q.inspected(rows["rework"], who["inspector"], "FI-17")
    rows["preparation"] = at("preparation")
    rows["clean"] = at("preparation")
    d.cleaned(rows["clean"], who["detailer"])
    rows["ticked"] = at("preparation")
    for part in WashPart.Part.values:
        delivery.tick_part(rows["ticked"], part, by=Actor.of(who["detailer"]))
    rows["billed"] = at("preparation")
    d.cleaned(rows["billed"], who["detailer"])
    rows["bill"] = d.billed(rows["billed"], who["cashier"])
    rows["ready"] = at("ready")
    rows["notified"] = at("ready")
    delivery.notify_pickup(rows["notified"], by=by)
    rows["paid"] = at("ready")
    delivery.notify_pickup(rows["paid"], by=by)
    d.paid(rows["paid"], who["cashier"])
    rows["delivered"] = at("delivered")
    rows["invited"] = at("delivered")
    d.invited(rows["invited"], advisor)
    rows["displeased"] = at("delivered")
    delivery.answer_question(d.invited(rows["displeased"], advisor), "SV-08", "2", by=by)
    rows["opinion"] = delivery.record_opinion(rows["displeased"], by=by, text="等太久", department="advisor")
    rows["call"] = f.planned(rows["invited"])
    rows["troubled"] = at("delivered")
    rows["problem"] = f.problem_found(f.planned(rows["troubled"]), who["agent"])
    rows["eased"] = at("delivered")
    rows["solved"] = f.problem_found(f.planned(rows["eased"]), who["agent"])
    f.solved(rows["solved"], supervisor)
    rows["content"] = at("delivered")
    f.called(f.planned(rows["content"]), who["agent"])
    for name in ("complaint", "investigated", "answered"):
        rows[name] = c.taken(rows["delivered"], who["agent"])
        if name != "complaint":
            c.investigated(rows[name], supervisor)
    c.answered(rows["answered"], supervisor)
    rows["unsent"] = Message.objects.filter(centre=centre, state="pending").first()
    Message.objects.filter(pk=rows["unsent"].pk).update(state="failed", error="550 no such person")
    papers = PaperOrder.objects.filter(centre=centre)
    with transaction.atomic():  # a worker may be printing: nobody else has this one, and nobody claims a failed one
        waiting = papers.filter(state="pending", attempts=0).select_for_update(skip_locked=True)
        rows["unprinted"] = waiting.order_by("pk").first()
        papers.filter(pk=rows["unprinted"].pk).update(state="failed", error="disk full")
    printing.run(limit=1)
    rows["printed"] = papers.filter(state="printed").order_by("-pk").first()
    for name, earlier in (("back", "content"), ("linked", "eased")):
        gone = rows[earlier]
        same = {"plate": gone.vehicle.plate, "name": gone.customer.name, "phone": str(gone.customer.phone)}
        rows[name] = a.requested(centre, **same, starts_at=a.slot(centre, 13))
    comeback.link(rows["linked"], by=by, work_order=rows["eased"])
    second, third = who["technician2"], who["technician3"]
    rows["read"] = at("authorised")
    w.assigned(rows["read"], second, supervisor)
    workshop.acknowledge(rows["read"], by=Actor.of(second))
    rows["measured"] = at("authorised")
    w.in_repair(rows["measured"], third, supervisor)
    for own in Job.objects.filter(work_order=rows["measured"], state="running"):
        w.measured(own, third)
    rows["repair"] = at("repair")
    job = Job.objects.filter(work_order=rows["repair"]).order_by("pk").first()
    assert job
    rows["finding"] = workshop.report_finding(job, by=Actor.of(technician), text="左後減震漏油", urgency="soon")
    return town


def lent(order: WorkOrder, by: Actor) -> CourtesyLoan:
    """A courtesy car lent for a visit; another one is free."""
    own = {"model_name": "Toyota Yaris", "powertrain": "phev", "odometer": 12_000}
    car, _free = (reception.add_courtesy_car(order.centre, by=by, plate=f"RCX-000{n}", **own) for n in range(2))
    told = {"due_at": now() + dt.timedelta(hours=8), "odometer": 12_000, "level": "5/8", "licence_seen": True}
    return reception.lend_car(order, by=by, car=car, name=order.customer.name, **told)


def decide(shown: Any, order: WorkOrder, by: Actor) -> None:
    """The customer says yes to all that waits, on the tablet."""
    lines = order.lines.top().unanswered()
    reception.decide_signed(shown, {line.pk: Answer("approve") for line in lines}, by=by, person=order.customer.name)
