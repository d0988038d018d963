"""Asking once more for a survey that was not answered: two days after the invitation, of customers who agreed to it (M6.2-a)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from delivery.models import SurveyResponse
from delivery.services.survey import REMINDER, write
from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.messaging.models import Message
from servicedesk.staff.actors import Actor
from servicedesk.staff.calendar import Calendar

AFTER = dt.timedelta(days=2)
AT_LATEST = dt.timedelta(days=14)
"""Older invitations are left alone."""
AT_ONCE = 200


def remind_of_surveys() -> int:
    """Sweep: remind of unanswered surveys while their centre is open; returns how many. Two queries when there are none."""
    moment = now()
    rows = SurveyResponse.objects.filter(
        completed_at=None,
        invited_at__lte=moment - AFTER,
        invited_at__gt=moment - AT_LATEST,
        work_order__customer__consent_contact_at__isnull=False,
        link__revoked_at=None,
        link__expires_at__gt=moment,
        link__messages__kind="survey_invitation",
        link__messages__state=Message.State.SENT,
    ).select_related("work_order__centre")
    waiting = {key_of(row): row for row in rows.order_by("invited_at")}
    for key in outbox.queued(waiting):
        del waiting[key]
    calendars = {row.work_order.centre_id: Calendar(row.work_order.centre) for row in waiting.values()}
    open_now = {centre for centre, calendar in calendars.items() if calendar.is_open(moment)}
    due = [row.pk for row in waiting.values() if row.work_order.centre_id in open_now]
    return sum(_remind(pk) for pk in due[:AT_ONCE])


def key_of(response: SurveyResponse) -> str:
    """What makes a survey's reminder the only one."""
    return f"{REMINDER}:{response.pk}"


@transaction.atomic
def _remind(pk: int) -> int:
    rows = SurveyResponse.objects.select_for_update(of=("self",)).select_related(
        "link", "work_order__customer", "work_order__centre", "work_order__vehicle", "work_order__advisor"
    )
    response = rows.get(pk=pk)
    order = response.work_order
    if response.completed_at is not None or order.customer.consent_contact_at is None or not response.link.is_open:
        return 0
    write(REMINDER, response, order, by=Actor.system("delivery.remind_of_surveys"), dedupe_key=key_of(response))
    return 1
