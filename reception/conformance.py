"""Which rows prove the clauses of chapter 2 for a visit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reception.models import Inspection
from servicedesk import registry
from servicedesk.registry import Evidence
from servicedesk.workorders.models import ConsentAnswer, Event, LineState, WorkOrder


def inspection_of(work_order: WorkOrder) -> Inspection | None:
    """The visit's inspection; read once per work order object."""
    if not hasattr(work_order, "_inspection"):
        work_order._inspection = (  # type: ignore[attr-defined]
            Inspection.objects.filter(work_order=work_order).select_related("signature").first()
        )
    return work_order._inspection  # type: ignore[attr-defined,no-any-return]


def matched(work_order: WorkOrder) -> Evidence:
    """M2.1-a: received by an advisor and checked against the booking."""
    event = Event.objects.filter(work_order=work_order, kind="reception.matched").first()
    if event:
        return Evidence("done", event.at, event.by_label, event.data.get("booking", ""))
    return Evidence("done", work_order.opened_at, str(work_order.advisor), _("Walk-in: there was no booking."))


def walk_in(work_order: WorkOrder) -> Evidence:
    """M2.1-b: without a booking the need is taken and service arranged."""
    if work_order.source == WorkOrder.Source.BOOKING:
        return Evidence("not_needed", text=_("Came with a booking."))
    return Evidence("done", work_order.opened_at, str(work_order.advisor))


def heard(work_order: WorkOrder) -> Evidence:
    """M2.1-c: what the customer says is recorded in his words."""
    concern = work_order.concerns.exclude(words="").order_by("pk").first()
    if concern is None:
        return Evidence("missing")
    return Evidence("done", work_order.opened_at, str(work_order.advisor), concern.words[:80])


def inspected(work_order: WorkOrder) -> Evidence:
    """M2.2-a: outside, inside, display and functions were looked at together."""
    inspection = inspection_of(work_order)
    if inspection is None:
        return Evidence("missing")
    if inspection.confirmed_at is None:
        return Evidence("open", inspection.begun_at, inspection.by_label)
    looked_at = inspection.items.count()
    return Evidence("done", inspection.confirmed_at, inspection.by_label, _("%(count)d items") % {"count": looked_at})


def confirmed(work_order: WorkOrder) -> Evidence:
    """M2.2-b: purpose and method explained, the result confirmed by signature."""
    inspection = inspection_of(work_order)
    if inspection is None or inspection.confirmed_at is None:
        return Evidence("missing" if work_order.stage != "reception" else "open")
    return Evidence("done", inspection.confirmed_at, str(inspection.signature))


def proposed(work_order: WorkOrder) -> Evidence:
    """M2.2-c: repair was proposed, and each line accepted or declined by the customer."""
    if work_order.lines.top().filter(state=LineState.PROPOSED).exists():
        return Evidence("open", text=_("Waits for the customer's answer."))
    last = (
        ConsentAnswer.objects.filter(consent__work_order=work_order).select_related("consent").order_by("-pk").first()
    )
    if last is None:
        return Evidence("missing")
    return Evidence("done", last.consent.at, last.consent.person, last.consent.get_method_display())


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    for clause, proof in {
        "M2.1-a": matched,
        "M2.1-b": walk_in,
        "M2.1-c": heard,
        "M2.2-a": inspected,
        "M2.2-b": confirmed,
        "M2.2-c": proposed,
    }.items():
        registry.evidence.register(clause, proof)
