"""Where the car and its keys are, while the car is in the house."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reception.services.refusals import NotReceived, one_by_one
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import IN_HOUSE
from servicedesk.workorders.transitions import last_move


@transaction.atomic
def place_car(work_order: WorkOrder, *, by: Actor, key_tag: str, parked_at: str) -> WorkOrder:
    """Say which tag is on the keys and where the car stands; every change is an event, the same again changes nothing.

    Raises NotReceived when the car is not in the house, or another car of the house has this tag.
    """
    one_by_one(work_order.centre, "key tag")
    row = WorkOrder.objects.select_for_update(of=("self",)).select_related("centre", "vehicle").get(pk=work_order.pk)
    if row.stage not in IN_HOUSE:
        raise NotReceived(
            Reason(_("%(plate)s is not in the house any more.") % {"plate": row.vehicle.plate}, row.get_absolute_url()),
            *last_move(row),
        )
    key_tag, parked_at = " ".join(key_tag.split())[:20], " ".join(parked_at.split())[:40]
    others = WorkOrder.objects.in_house().filter(centre=row.centre, key_tag__iexact=key_tag).exclude(pk=row.pk)
    other = others.select_related("vehicle").first() if key_tag else None
    if other is not None:
        raise NotReceived(
            Reason(
                _("Tag %(tag)s is on the keys of %(plate)s. Take another one.")
                % {"tag": key_tag, "plate": other.vehicle.plate},
                other.get_absolute_url(),
            )
        )
    tagged, parked = row.key_tag != key_tag, row.parked_at != parked_at
    row.key_tag, row.parked_at = key_tag, parked_at
    row.save(update_fields=["key_tag", "parked_at"])
    if tagged:
        events.record(row, "reception.key_tag", by=by, data={"tag": key_tag or "—"})
    if parked:
        events.record(row, "reception.parked", by=by, text=parked_at or "—")
    return row
