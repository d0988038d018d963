"""What is added to a signed inspection: kept for good, printed on the papers issued afterwards (M2.2-b)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reception import papers
from reception.models import Inspection, InspectionRemark
from reception.services.inspection import InspectionRefused
from servicedesk.clock import now
from servicedesk.documents import photos
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder

MOST_REMARKS = 20


@transaction.atomic
def add_remark(
    work_order: WorkOrder, *, by: Actor, text: str, picture: photos.Redrawn | None = None
) -> InspectionRemark:
    """Add a remark, with a photo if there is one; the sheet is printed anew, as its next version, with all remarks.

    Raises InspectionRefused without words, before the customer has signed (the inspection itself is changed then), and
    past 20 remarks; NotKept (disk full).
    """
    inspection = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("work_order__centre", "signature")
        .filter(work_order=work_order)
        .first()
    )
    if inspection is None:
        raise InspectionRefused(_("This visit was opened without an inspection."))
    if not inspection.is_signed:
        raise InspectionRefused(
            Reason(_("The customer has not signed yet: write it into the inspection itself."), clause="M2.2-b")
        )
    if not text.strip():
        raise InspectionRefused(_("Write the remark."))
    if inspection.remarks_added.count() >= MOST_REMARKS:
        raise InspectionRefused(
            _("There are %(count)d remarks already: that is the most there can be.") % {"count": MOST_REMARKS}
        )
    centre = inspection.work_order.centre
    photo = photos.save(picture, by=by, centre=centre, caption=_("Remark")) if picture else None
    remark = InspectionRemark.objects.create(
        inspection=inspection, text=text.strip(), photo=photo, at=now(), **actor_values(by)
    )
    events.record(inspection.work_order, "inspection.remark", by=by, data={"remark": remark.pk}, text=remark.text)
    papers.order_inspection(inspection, by=by)
    return remark
