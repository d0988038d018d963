"""The papers of reception: ordered when the customer has signed the inspection, authorised the work, or agreed to more (M2.2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from reception import authorisation_sheet, inspection_sheet
from reception.models import CourtesyLoan, Inspection
from reception.record import signed_events, wishes_in
from servicedesk.documents import papers
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor, ActorKind
from servicedesk.workorders.models import Consent, ConsentAnswer, WorkOrder
from servicedesk.workorders.papers import order_paper
from servicedesk.workorders.printed import facts_of
from servicedesk.workorders.stages import Stage

AUTHORISATION, INSPECTION = "authorisation", "inspection"


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    papers.register(AUTHORISATION, gettext_lazy("Work authorisation"), authorisation_sheet.compose)
    papers.register(INSPECTION, gettext_lazy("Joint inspection sheet"), inspection_sheet.compose)


def order_authorisation(work_order: WorkOrder, by: Actor) -> None:
    """Entering AUTHORISED: what the customer agreed to goes on paper, on the estimate version he answered last."""
    consent = Consent.objects.filter(work_order=work_order).order_by("-at", "-pk").first()
    if consent is not None:
        _order(WorkOrder.objects.for_rows().get(pk=work_order.pk), consent, by)


def order_addition(work_order: WorkOrder, consent: Consent, by: Actor) -> None:
    """After a consent to work found later: another authorisation, with what was added."""
    approved = consent.answers.filter(decision=ConsentAnswer.Decision.APPROVE)
    if work_order.stage != Stage.RECEPTION and approved.exists():
        _order(WorkOrder.objects.for_rows().get(pk=work_order.pk), consent, by)


def order_inspection(signed: Inspection, *, by: Actor) -> PaperOrder:
    """The customer has signed the joint inspection; or a remark was added to it, and the sheet gets its next version."""
    work_order = WorkOrder.objects.for_rows().get(pk=signed.work_order_id)
    event = signed_events([work_order.pk]).get(work_order.pk)
    language = papers.language_of(work_order.customer, work_order.centre)
    names = {str(row.item_id): [row.item.group, _names(row.item)] for row in signed.items.select_related("item")}
    points = {str(row.item_id): [_names(row.item), row.item.unit] for row in signed.points.select_related("item")}
    places = {
        str(mark.number): _names(mark.item) for mark in signed.marks.select_related("item") if mark.item is not None
    }
    return order_paper(
        INSPECTION,
        signed.pk,
        work_order,
        by=by,
        language=language,
        version=papers.next_version(INSPECTION, work_order.full_number, work_order.centre, language),
        fixed=facts_of(
            work_order,
            items=names,
            points=points,
            places=places,
            signed_by=event.by_label if event and event.by_kind == ActorKind.USER else str(work_order.advisor),
            **wishes_in(event),
        ),
    )


def sheet_of(signed: Inspection) -> PaperOrder | None:
    """The newest sheet of a signed inspection, printed or still to be; duplicates do not count."""
    rows = PaperOrder.objects.filter(kind=INSPECTION, target_id=signed.pk, duplicate_of=None)
    return rows.select_related("paper", "centre").order_by("-pk").first()


def _order(work_order: WorkOrder, consent: Consent, by: Actor) -> None:
    booking = getattr(work_order, "appointment", None)
    language = papers.language_of(work_order.customer, work_order.centre)
    order_paper(
        AUTHORISATION,
        consent.pk,
        work_order,
        by=by,
        language=language,
        version=papers.next_version(AUTHORISATION, work_order.full_number, work_order.centre, language),
        fixed=facts_of(work_order, booking=booking.full_number if booking else "", courtesy=_courtesy(work_order)),
    )


def _courtesy(work_order: WorkOrder) -> list[str]:
    """The courtesy car that is out for the visit: plate, model, until when; empty without one."""
    loan = CourtesyLoan.objects.filter(work_order=work_order, returned_at=None).select_related("car").first()
    return [loan.car.plate, loan.car.model_name, loan.due_at.isoformat()] if loan else []


def _names(item: Any) -> dict[str, str]:
    return {code: item.name_in(code) for code in ("en", "zh-hant", "zh-hans")}
