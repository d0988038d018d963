"""The customer confirms the joint inspection, on the tablet or from his link; it is sealed and locked (M2.2-b)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reception import papers
from reception.models import Inspection
from reception.record import SIGNED, seal_of, seen_of
from reception.services.inspection import InspectionRefused, missing, open_inspection
from reception.services.leaving import send_copy, stop_waiting
from servicedesk.clock import now
from servicedesk.documents import signatures
from servicedesk.messaging.models import SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder


class InspectionChanged(InspectionRefused):
    """What was found is no longer what the customer saw: he looks at it again before he confirms."""


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
    belongings: str = "",
    reservations: str = "",
    seen: str = "",
    address: str | None = None,
) -> Inspection:
    """The customer confirms the result on the tablet (M2.2-b): his choices are taken over, the inspection sealed and locked.

    A typed `name` suffices when nothing was drawn. `seen` names the state the page showed (`record.seen_of`): another one
    raises InspectionChanged. Raises InspectionRefused with everything that is still missing, SignatureRefused for an
    unusable drawing. He gets a message with the way to the sheet, which is printed afterwards.
    """
    said = {
        "purpose_explained": purpose_explained,
        "covers_fitted": covers_fitted,
        "valuables": valuables,
        "road_test_allowed": road_test_allowed,
        "charging_allowed": charging_allowed,
        "belongings": belongings.strip(),
        "reservations": reservations.strip(),
        "confirmed_how": Inspection.How.TABLET,
        "confirmed_from": address,
    }
    wishes = {"wash_wanted": wash_wanted, "old_parts_wanted": old_parts_wanted, "waits_on_site": waits_on_site}
    return _confirm(work_order, said, wishes, by=by, name=name, drawing=drawing, seen=seen)


@transaction.atomic
def confirm_by_link(
    work_order: WorkOrder,
    *,
    link: SignedLink,
    name: str,
    drawing: str = "",
    purpose_explained: bool,
    valuables: str,
    wash_wanted: bool,
    old_parts_wanted: bool,
    road_test_allowed: bool,
    charging_allowed: bool | None = None,
    belongings: str = "",
    reservations: str = "",
    seen: str,
    address: str | None = None,
) -> Inspection:
    """The same from his link, when he left without signing. He does not wait here; covers are as the advisor noted them.

    Raises as `sign_inspection` does; who came second, tablet or link, is told when and how it was confirmed.
    """
    said = {
        "purpose_explained": purpose_explained,
        "valuables": valuables,
        "road_test_allowed": road_test_allowed,
        "charging_allowed": charging_allowed,
        "belongings": belongings.strip(),
        "reservations": reservations.strip(),
        "confirmed_how": Inspection.How.LINK,
        "confirmed_from": address,
    }
    wishes = {"wash_wanted": wash_wanted, "old_parts_wanted": old_parts_wanted, "waits_on_site": False}
    signed = _confirm(work_order, said, wishes, by=Actor.of_link(link), name=name, drawing=drawing, seen=seen)
    link.use()
    return signed


def _confirm(
    work_order: WorkOrder,
    said: dict[str, Any],
    wishes: dict[str, bool],
    *,
    by: Actor,
    name: str,
    drawing: str,
    seen: str,
) -> Inspection:
    inspection = open_inspection(work_order)
    reasons = missing(inspection)
    if not said["purpose_explained"]:
        reasons.append(
            Reason(_("Explain purpose and method of the inspection to the customer, then tick it."), clause="M2.2-b")
        )
    if not said["valuables"]:
        reasons.append(Reason(_("Ask about valuables in the car.")))
    if said["valuables"] == Inspection.Valuables.LEFT and not said["belongings"]:
        reasons.append(Reason(_("List together what stays in the car.")))
    if reasons:
        raise InspectionRefused(*reasons)
    if seen and seen != seen_of(inspection):
        raise InspectionChanged(
            Reason(_("The result has changed since this page was opened. Look at it again, then confirm."))
        )
    signature = signatures.keep(drawing, name=name, by=by, centre=inspection.work_order.centre, typed=not drawing)
    for field, value in said.items():
        setattr(inspection, field, value)
    inspection.signature = signature
    inspection.confirmed_at = now()
    inspection.seal = seal_of(inspection, wishes)
    inspection.save()
    WorkOrder.objects.filter(pk=work_order.pk).update(**wishes)
    events.record(
        inspection.work_order,
        SIGNED,
        by=by,
        data={
            "signature": signature.pk,
            "seal": signature.sha256,
            "marks": inspection.marks.count(),
            "record": inspection.seal,
            "wishes": wishes,
            "how": str(inspection.confirmed_how),
        },
        text=inspection.reservations,
    )
    stop_waiting(inspection, by=by)
    papers.order_inspection(inspection, by=by)
    send_copy(inspection, by=by)
    return inspection
