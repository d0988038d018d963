"""The customer confirms the joint inspection, which locks it (M2.2-b)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reception import papers
from reception.models import Inspection
from reception.services.inspection import InspectionRefused, missing, open_inspection
from servicedesk.clock import now
from servicedesk.documents import signatures
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder


@transaction.atomic
def sign_inspection(
    work_order: WorkOrder,
    *,
    by: Actor,
    name: str,
    drawing: str = "",
    purpose_explained: bool,
    covers_fitted: bool,
    valuables: str,
    wash_wanted: bool,
    old_parts_wanted: bool,
    waits_on_site: bool,
    road_test_allowed: bool,
    charging_allowed: bool | None = None,
    reservations: str = "",
) -> Inspection:
    """The customer confirms the result (M2.2-b): his choices are taken over and the inspection is locked.

    A typed `name` suffices when nothing was drawn. Raises InspectionRefused with everything that is still missing,
    SignatureRefused for an unusable drawing.
    """
    inspection = open_inspection(work_order)
    reasons = missing(inspection)
    if not purpose_explained:
        reasons.append(
            Reason(_("Explain purpose and method of the inspection to the customer, then tick it."), clause="M2.2-b")
        )
    if not valuables:
        reasons.append(Reason(_("Ask about valuables in the car.")))
    if reasons:
        raise InspectionRefused(*reasons)
    signature = signatures.keep(drawing, name=name, by=by, centre=inspection.work_order.centre, typed=not drawing)
    inspection.purpose_explained = purpose_explained
    inspection.covers_fitted = covers_fitted
    inspection.valuables = valuables
    inspection.road_test_allowed = road_test_allowed
    inspection.charging_allowed = charging_allowed
    inspection.reservations = reservations.strip()
    inspection.signature = signature
    inspection.confirmed_at = now()
    inspection.save()
    WorkOrder.objects.filter(pk=work_order.pk).update(
        wash_wanted=wash_wanted, old_parts_wanted=old_parts_wanted, waits_on_site=waits_on_site
    )
    events.record(
        inspection.work_order,
        "inspection.signed",
        by=by,
        data={"signature": signature.pk, "seal": signature.sha256, "marks": inspection.marks.count()},
        text=inspection.reservations,
    )
    papers.order_inspection(inspection, by=by)
    return inspection
