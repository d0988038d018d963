"""Papers of a visit: the whole path with everything on them, in any language, printed and read back."""

from __future__ import annotations

from typing import Any

from reception import checklist
from reception import services as reception
from reception.models import Inspection
from servicedesk.catalogue.models import ChecklistItem
from servicedesk.customers.models import Customer
from servicedesk.documents import photos, printing
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import WorkOrder
from tests.documents.conftest import drawing
from tests.documents.reading import pages_of
from tests.fixtures import delivery, quality, workshop
from tests.fixtures.appointments import operations
from tests.fixtures.pictures import picture, upload
from tests.fixtures.reception import all_good, authorise_inspected, received


def marked(
    centre: ServiceCentre, advisor: User, *, language: str = "zh-hant", words: str = "", **booking: Any
) -> WorkOrder:
    """Received and inspected: two marks, one with a photo; drawn signature. `words` stand wherever somebody types."""
    by = Actor.of(advisor)
    work_order = received(centre, advisor, **({"concern": words} if words else {}), **booking)
    Customer.objects.filter(pk=work_order.customer_id).update(language=language)
    work_order.refresh_from_db()
    reception.record_readings(work_order, by=by, odometer=40_210, keys=2, fuel="5/8")
    all_good(work_order, advisor)
    items = {item.code: item for item in ChecklistItem.objects.filter(list="walkaround")}
    photo = photos.keep(upload(picture((900, 600))), by=by, centre=centre)
    reception.add_mark(work_order, by=by, kind="scratch", item=items["WA-06"], note=words[:120] or "6 cm", photo=photo)
    reception.add_mark(work_order, by=by, kind="dent", item=items["WA-18"])
    if words:
        point = checklist.point_items(Inspection.objects.get(work_order=work_order))[0]
        change = {"do": "point", "item": point.pk, "verdict": "amber", "note": words[:200]}
        reception.save(work_order, by=by, changes=[change])
    reception.record_items(work_order, by=by, answers={}, warning_lights=["none"], note=words)
    reception.sign_inspection(
        work_order,
        by=by,
        name=work_order.customer.name,
        drawing=drawing(),
        purpose_explained=True,
        covers_fitted=True,
        valuables="left_recorded" if words else "none",
        wash_wanted=True,
        old_parts_wanted=False,
        waits_on_site=False,
        road_test_allowed=True,
        belongings=words[:500],
        reservations=words,
    )
    if words:
        reception.add_remark(work_order, by=by, text=words)
    work_order.refresh_from_db()
    return work_order


def whole_visit(
    centre: ServiceCentre, people: dict[str, User], *, language: str = "zh-hant", words: str = "", **booking: Any
) -> WorkOrder:
    """From reception to the handed-over car: work added during the repair, one round of rework, a difference on the bill."""
    advisor, technician = people["advisor"], people["technician"]
    by = Actor.of(advisor)
    visit = marked(centre, advisor, language=language, words=words, **booking)
    authorise_inspected(visit, advisor, drawing=drawing())
    workshop.in_repair(visit, technician, people["supervisor"])
    reception.add_operation(visit, by=by, operation=operations(["MNT-070"])[0], finding=words)
    added = reception.show_estimate(visit, by=by)
    reception.decide_by_phone(
        added,
        {line.pk: Answer("approve") for line in visit.lines.top().unanswered()},
        by=by,
        person=visit.customer.name,
        phone="0912-345-678",
        read_back=True,
    )
    visit.refresh_from_db()
    workshop.assigned(visit, technician, people["supervisor"])
    workshop.finish_jobs(visit, technician)
    outcomes = {row.pk: (words or "左前來令片剩2.1公釐", words or "更換前煞車來令片") for row in visit.concerns.all()}
    quality.services.sign_self_check(
        visit, by=Actor.of(technician), marks=quality.self_check_marks(visit), remarks=words, outcomes=outcomes
    )
    visit.refresh_from_db()
    quality.inspected(visit, people["inspector"], "FI-17")
    workshop.finish_jobs(visit, technician)
    quality.self_checked(visit, technician)
    quality.inspected(visit, people["inspector"])
    line = visit.bills.get().lines.filter(kind="part").last()
    delivery.services.adjust_line(
        visit, line.pk, quantity=line.quantity / 2, reason=words[:200] or "只用了一半", by=Actor.of(people["cashier"])
    )
    delivery.made_ready(visit, people["detailer"], people["cashier"])
    delivery.handed_over(visit, advisor, people["cashier"], drawing=drawing(), remarks=words)
    return visit


def printed(visit: WorkOrder) -> dict[str, list[str]]:
    """Print everything that was ordered about the visit; return the text of each page by "kind number version"."""
    while printing.run():
        pass
    orders = PaperOrder.objects.filter(about=visit.number).select_related("paper").order_by("pk")
    assert [(order.kind, order.error) for order in orders if order.paper is None] == []
    return {f"{o.kind} {o.number} {o.version}": pages_of(o.paper) for o in orders}
