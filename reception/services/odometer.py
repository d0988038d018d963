"""Whether an odometer reading can be true: compared with what the car showed before this visit (M2.2-a)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from reception.models import Inspection
from servicedesk.clock import now
from servicedesk.customers.services import note_odometer
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import format_number
from servicedesk.workorders.models import WorkOrder

KM_A_DAY = 600
"""More than this on every day since the last reading is asked about: taxis drive 300."""
KM_AT_ONCE = 2_000
"""So much is never asked about, however short ago the car was here."""


def doubt(inspection: Inspection, reading: int) -> str:
    """Why `reading` (km) should be read again, in words; "" when it can be true. One query."""
    last, at = last_before(inspection)
    if last is None:
        return ""
    if reading < last:
        return _("Less than last time (%(last)s km). Look again, or confirm that it is right.") % {
            "last": format_number(last)
        }
    days = max(1, (now() - at) // dt.timedelta(days=1)) if at else 10_000
    if reading - last > max(KM_AT_ONCE, KM_A_DAY * days):
        return _("%(more)s km more than last time. Look again, or confirm that it is right.") % {
            "more": format_number(reading - last)
        }
    return ""


def last_before(inspection: Inspection) -> tuple[int | None, dt.datetime | None]:
    """What the car showed before this visit, and when: (km or None, moment or None)."""
    vehicle = inspection.work_order.vehicle
    if vehicle.odometer_at is None or vehicle.odometer_at < inspection.begun_at:
        return vehicle.odometer, vehicle.odometer_at
    earlier = (
        WorkOrder.objects.filter(vehicle=vehicle, opened_at__lt=inspection.work_order.opened_at)
        .filter(Q(odometer_out__isnull=False) | Q(odometer_in__isnull=False))
        .order_by("-opened_at")
        .first()
    )
    return (earlier.odometer_out or earlier.odometer_in, earlier.opened_at) if earlier else (None, None)


def keep(inspection: Inspection, reading: int, *, by: Actor) -> None:
    """Put the reading on the visit and the car. A second look at the same visit corrects the first, downwards too."""
    vehicle = inspection.work_order.vehicle
    if vehicle.odometer_at is not None and vehicle.odometer_at >= inspection.begun_at:
        vehicle.odometer, vehicle.odometer_at = last_before(inspection)
        vehicle.save(update_fields=["odometer", "odometer_at"])
    inspection.odometer = reading
    inspection.save(update_fields=["odometer"])
    WorkOrder.objects.filter(pk=inspection.work_order_id).update(odometer_in=reading)
    note_odometer(by=by, vehicle=vehicle, odometer=reading)
