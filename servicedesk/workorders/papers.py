"""A visit's papers: ordered with what they say fixed, given out again, tried again. The chapters say which and when."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from servicedesk.documents import papers
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.staff.roles import Role
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.printed import facts_of

GIVING = (Role.ADVISOR, Role.CASHIER, Role.MANAGER)


def order_paper(
    kind: str,
    target_id: int,
    work_order: WorkOrder,
    *,
    by: Actor,
    number: str = "",
    language: str = "",
    version: int = 1,
    fixed: dict[str, Any] | None = None,
) -> PaperOrder:
    """Order a paper of the visit in the customer's language, numbered like the visit unless `number` says otherwise.

    `fixed`: what it says of things that may change, if not just `printed.facts_of`. Call it inside the service's
    transaction.
    """
    return papers.order(
        kind,
        target_id,
        number=number or work_order.full_number,
        about=work_order.number,
        centre=work_order.centre,
        customer=work_order.customer,
        language=language or papers.language_of(work_order.customer, work_order.centre),
        by=by,
        version=version,
        facts=facts_of(work_order) if fixed is None else fixed,
    )


@transaction.atomic
def give_again(order: PaperOrder, *, by: Actor) -> PaperOrder:
    """Order a duplicate, marked as one, and record who gave it out. Raises NotDuplicated."""
    copy = papers.duplicate(order, by=by)
    data = {"kind": copy.kind, "number": copy.number, "version": copy.version}
    events.record(visit_of(copy), "paper.duplicated", by=by, data=data)
    return copy


@transaction.atomic
def try_again(order: PaperOrder, *, by: Actor) -> PaperOrder:
    """Have a paper printed after all that could not be. Raises Refusal when it does not wait for that."""
    again = papers.order_again(order)
    events.record(visit_of(again), "paper.tried_again", by=by, data={"kind": again.kind, "number": again.number})
    return again


def visit_of(order: PaperOrder) -> WorkOrder:
    """The visit that a paper is about."""
    return WorkOrder.objects.get(centre=order.centre_id, number=order.about)


def panel(request: HttpRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The visit's papers, newest first; one query. None without any."""
    orders = list(
        PaperOrder.objects.about_order(work_order.centre, work_order.number).defer("facts").select_related("centre")
    )
    if not orders:
        return None
    roles = request.user.roles_in(work_order.centre_id)  # type: ignore[union-attr]
    return {
        "papers": [(order, papers.title_of(order.kind)) for order in orders],
        "may_give": bool(roles & {role.value for role in GIVING}),
    }
