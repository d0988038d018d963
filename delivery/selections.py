"""What the lists of these chapters show: the same number of queries for one row and for many."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from delivery.models import Bill, BillKind, Handover, Opinion, Payment, PickupNotice, SurveyResponse, WashTask
from servicedesk.documents import papers
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.roles import Role
from servicedesk.workorders import gates
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.views import as_promise

WASH_TIME = dt.timedelta(minutes=25)
WAIVED_TIME = dt.timedelta(minutes=5)
LONGEST = 100
INVITE_DAYS = 14


@dataclass(frozen=True)
class Row:
    """A visit in one of these lists."""

    order: WorkOrder
    promise: Any = None
    start_by: dt.datetime | None = None
    task: WashTask | None = None
    done: int = 0
    bill: Bill | None = None
    balance: Decimal = Decimal(0)
    notice: PickupNotice | None = None


def wash_rows(centre: ServiceCentre) -> list[Row]:
    """Cars to clean, ordered back from the promised time: when must the cleaning begin? Two queries."""
    tasks = (
        WashTask.objects.filter(work_order__centre=centre, work_order__stage=Stage.PREPARATION, look=None)
        .current()
        .select_related("work_order__vehicle", "work_order__customer", "work_order__centre")
        .prefetch_related("parts")
    )
    rows = []
    for task in tasks[:LONGEST]:
        order = task.work_order
        length = WAIVED_TIME if task.waived else WASH_TIME * (3 - len(task.parts.all())) / 3
        start_by = order.promised_at - length if order.promised_at else None
        rows.append(Row(order, promise=as_promise(order), start_by=start_by, task=task, done=len(task.parts.all())))
    never = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(rows, key=lambda row: (row.start_by or never, row.order.pk))


def settle_rows(centre: ServiceCentre) -> list[Row]:
    """Visits to bill or to settle, most endangered promise first. Three queries."""
    waiting = Bill.objects.drafts().filter(work_order=OuterRef("pk"), kind="bill")
    orders = (
        WorkOrder.objects.filter(centre=centre)
        .filter(Q(stage__in=(Stage.PREPARATION, Stage.READY)) | Q(stage=Stage.DELIVERED, bills__state="issued"))
        .distinct()
        .annotate(billed=_billed(), paid=_paid(), open_bill=Exists(waiting))
        .filter(Q(open_bill=True) | Q(billed__isnull=False))
        .by_risk()
        .for_rows()
    )
    rows = list(orders[:LONGEST])
    bills: dict[int, Bill] = {}
    for bill in Bill.objects.filter(work_order__in=rows, kind="bill", credit=None).order_by("opened_at"):
        bills[bill.work_order_id] = bill
    found = []
    for order in rows:
        balance = (order.billed or Decimal(0)) - (order.paid or Decimal(0))
        if not order.open_bill and not balance:
            continue
        found.append(Row(order, promise=as_promise(order), bill=bills.get(order.pk), balance=balance))
    return found


def ready_rows(centre: ServiceCentre) -> list[Row]:
    """Cars ready to be collected, the longest waiting first. Two queries."""
    orders = list(
        WorkOrder.objects.filter(centre=centre, stage=Stage.READY)
        .annotate(billed=_billed(), paid=_paid())
        .order_by("ready_at", "id")
        .for_rows()[:LONGEST]
    )
    notices: dict[int, PickupNotice] = {}
    for notice in PickupNotice.objects.filter(work_order__in=orders).order_by("at"):
        notices[notice.work_order_id] = notice
    rows = []
    for order in orders:
        told = notices.get(order.pk)
        if told is not None and order.ready_at and told.at < order.ready_at:
            told = None
        balance = (order.billed or Decimal(0)) - (order.paid or Decimal(0))
        rows.append(Row(order, promise=as_promise(order), balance=balance, notice=told))
    return rows


def to_invite(centre: ServiceCentre, since: dt.datetime) -> list[Row]:
    """Delivered since `since` and not yet invited to the survey, latest first. One query."""
    orders = (
        WorkOrder.objects.filter(centre=centre, stage__in=(Stage.DELIVERED, Stage.CLOSED), delivered_at__gte=since)
        .filter(~Exists(SurveyResponse.objects.filter(work_order=OuterRef("pk"))))
        .order_by("-delivered_at", "-id")
        .for_rows()
    )
    return [Row(order) for order in orders[:LONGEST]]


def opinions_for(user: Any, centre: ServiceCentre, *, all_of_them: bool = False) -> list[Opinion]:
    """Open opinions passed on to the user's departments; customer service and managers watch all of them. One query."""
    roles = user.roles_in(centre.pk)
    rows = Opinion.objects.open().filter(work_order__centre=centre)
    if not (all_of_them or roles & {"agent", "manager"}):
        rows = rows.of(*roles)
    rows = rows.select_related("work_order__vehicle", "work_order__customer", "work_order__centre", "question")
    return list(rows.order_by("at", "id")[:LONGEST])


def ready_gate(work_order: WorkOrder) -> list[gates.Requirement]:
    """What stands between PREPARATION and READY."""
    return named(gates.requirements(work_order, Stage.READY))


def named(needs: list[gates.Requirement]) -> list[gates.Requirement]:
    """The same requirements with the role in words, as a page shows them."""
    return [replace(need, role=str(Role(need.role).label) if need.role else "") for need in needs]


def _billed() -> Subquery:
    sums = Bill.objects.issued().filter(work_order=OuterRef("pk")).order_by().values("work_order")
    return Subquery(sums.annotate(sum=Sum("total")).values("sum"))


def _paid() -> Subquery:
    sums = Payment.objects.filter(work_order=OuterRef("pk")).order_by().values("work_order")
    return Subquery(sums.annotate(sum=Sum("amount")).values("sum"))


def handovers_of(work_order: WorkOrder) -> list[Handover]:
    """All times the car was offered to the customer, latest first."""
    return list(Handover.objects.filter(work_order=work_order).select_related("signature").order_by("-at"))


def papers_to_give(work_order: WorkOrder) -> list[PaperOrder]:
    """The papers a customer has of his visit: each bill that stands, and the newest of every other kind. Two queries."""
    given = [kind.key for kind in papers.KINDS.values() if kind.given and work_order.centre.gives(kind.key)]
    rows = PaperOrder.objects.about_order(work_order.centre, work_order.number).filter(
        kind__in=given, duplicate_of=None
    )
    standing = set(Bill.objects.standing().filter(work_order=work_order).values_list("paper_order_id", flat=True))
    newest: dict[str, PaperOrder] = {}
    for order in rows.defer("facts").select_related("paper", "centre"):
        if order.kind not in (BillKind.BILL, BillKind.CREDIT):
            newest.setdefault(order.kind, order)
        elif order.pk in standing:
            newest[order.number] = order
    return sorted(newest.values(), key=lambda order: -order.pk)
