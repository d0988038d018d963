"""A customer who leaves without signing is asked by link to confirm the inspection; the visit waits for it (M2.2-b)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reception.models import Inspection
from reception.services.inspection import InspectionRefused, missing, open_inspection
from reception.services.reminders import is_due, newest_of
from servicedesk.clock import now
from servicedesk.messaging import links, outbox
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.repeats import Reason
from servicedesk.workorders import events, services
from servicedesk.workorders.models import Estimate, Hold, WorkOrder
from servicedesk.workorders.stages import Stage

PURPOSE = "inspection"
ASKING, COPY = "inspection_to_confirm", "inspection_signed"
LINK_DAYS = 14
AT_ONCE = 100


@transaction.atomic
def leave_unsigned(work_order: WorkOrder, *, by: Actor, reason: str, covers_fitted: bool = False) -> Inspection:
    """The customer leaves without signing: why, and a link is sent on which he confirms; the visit waits for his consent.

    Pressed again the link is sent once more, and the first time he left stays. Raises InspectionRefused without a
    reason, with something not looked at yet, once signed, or when reception is over.
    """
    inspection = open_inspection(work_order)
    visit = inspection.work_order
    reasons = missing(inspection)
    if not reason.strip():
        reasons.append(Reason(_("Write down why the customer leaves without signing."), clause="M2.2-b"))
    if reasons:
        raise InspectionRefused(*reasons)
    inspection.left_at = inspection.left_at or now()
    inspection.left_reason = reason.strip()[:200]
    inspection.covers_fitted = covers_fitted
    inspection.save(update_fields=["left_at", "left_reason", "covers_fitted"])
    services.hold(visit, cause=Hold.Cause.CONSENT, by=by)
    events.record(visit, "inspection.left", by=by, text=reason.strip()[:200])
    write(ASKING, inspection, by=by)
    return inspection


def write(kind: str, inspection: Inspection, *, by: Actor, dedupe_key: str | None = None) -> Message:
    """Send the customer the way to his inspection: to confirm it, or to read what he signed."""
    visit = WorkOrder.objects.for_rows().get(pk=inspection.work_order_id)
    link = links.issue(
        PURPOSE,
        target_kind=Inspection._meta.label_lower,
        target_id=inspection.pk,
        customer=visit.customer,
        centre=visit.centre,
        days=LINK_DAYS,
    )
    return outbox.send(
        kind,
        customer=visit.customer,
        centre=visit.centre,
        by=by,
        about=visit.number,
        link=link,
        dedupe_key=dedupe_key,
        context={
            "number": visit.number,
            "plate": visit.vehicle.plate,
            "vehicle": visit.vehicle.title,
            "advisor": str(visit.advisor),
        },
    )


def send_copy(inspection: Inspection, *, by: Actor) -> None:
    """Tell the customer that it is signed, with the way to the sheet. What still asked him does not go out any more."""
    visit = inspection.work_order
    Message.objects.cancel_pending(about=visit.number, kinds=(ASKING,), centre=visit.centre)
    write(COPY, inspection, by=by, dedupe_key=f"{COPY}:{inspection.pk}")


def waits_for_signature(work_order: WorkOrder) -> bool:
    """Whether the customer left and has not confirmed yet."""
    return Inspection.objects.filter(work_order=work_order, left_at__isnull=False, confirmed_at=None).exists()


def stop_waiting(inspection: Inspection, *, by: Actor) -> None:
    """He has confirmed: the visit waits no more, unless an estimate that was sent waits for his answer."""
    if inspection.left_at is None:
        return
    newest = next(iter(newest_of([inspection.work_order_id])), None)
    sent = newest is not None and not newest.answered and _was_sent(newest)
    if not sent:
        services.release(inspection.work_order, cause=Hold.Cause.CONSENT, by=by)


def _was_sent(estimate: Estimate) -> bool:
    rows = Message.objects.filter(
        kind="estimate_approval", link__target_kind=Estimate._meta.label_lower, link__target_id=estimate.pk
    )
    return rows.exists()


def remind_of_inspections() -> int:
    """Sweep: ask once more for inspections unconfirmed as long as estimates may be (`estimate_reminder_minutes`); how many.

    Counted from when the message left the house; sent once, while the centre is open. 0 minutes: never.
    """
    moment = now()
    waiting = Inspection.objects.filter(
        left_at__isnull=False, confirmed_at=None, work_order__stage=Stage.RECEPTION
    ).select_related("work_order__centre")
    left = {row.pk: row.work_order.centre for row in waiting if row.work_order.centre.estimate_reminder_minutes}
    asked = Message.objects.filter(
        kind=ASKING,
        state=Message.State.SENT,
        link__target_kind=Inspection._meta.label_lower,
        link__target_id__in=left,
    ).order_by("sent_at")
    sent = dict(asked.values_list("link__target_id", "sent_at"))
    old = outbox.queued(key_of(pk) for pk in left)
    calendars = {centre.pk: Calendar(centre) for centre in left.values()}
    due = [
        pk for pk, at in sent.items() if key_of(pk) not in old and is_due(left[pk], calendars[left[pk].pk], at, moment)
    ]
    return sum(_remind(pk) for pk in due[:AT_ONCE])


def key_of(inspection: int) -> str:
    """What makes the reminder of an inspection the only one."""
    return f"inspection_reminder:{inspection}"


@transaction.atomic
def _remind(pk: int) -> int:
    row = Inspection.objects.select_for_update(of=("self",)).select_related("work_order").get(pk=pk)
    if row.confirmed_at or row.work_order.stage != Stage.RECEPTION:
        return 0
    write(ASKING, row, by=Actor.system("reception.remind_of_inspections"), dedupe_key=key_of(pk))
    return 1
