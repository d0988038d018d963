"""Taking the customer's decision: signed on the tablet, by telephone, or from his link (M2.2-c, M3.2-c)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from reception.services.estimates import ReceptionRefused, decidable, link_of, write_estimate
from reception.services.leaving import waits_for_signature
from servicedesk.clock import now
from servicedesk.documents import signatures
from servicedesk.messaging import outbox
from servicedesk.messaging.models import Message, SignedLink
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import format_date
from servicedesk.workorders import consents, events, services
from servicedesk.workorders.agreements import ConsentMethod
from servicedesk.workorders.consents import Answer
from servicedesk.workorders.models import Consent, ConsentAnswer, Estimate, Hold, WorkOrder

ASKING = ("estimate_approval", "estimate_reminder")
"""Messages that ask for the decision: once it is taken, none of them goes out any more."""

PAUSE = dt.timedelta(minutes=10)
"""So long nobody is sent the same version again from an older link."""


def decide_signed(
    estimate: Estimate, answers: Mapping[int, Answer], *, by: Actor, person: str, drawing: str = ""
) -> Consent:
    """Take the customer's decision with his signature on the tablet; a typed name suffices. Raises ConsentRefused."""
    with transaction.atomic():
        work_order = decidable(estimate.work_order)
        signature = signatures.keep(drawing, name=person, by=by, centre=work_order.centre, typed=not drawing)
        return _decide(
            work_order, estimate, answers, by=by, method=ConsentMethod.SIGNED, person=person, signature=signature
        )


def decide_by_phone(
    estimate: Estimate,
    answers: Mapping[int, Answer],
    *,
    by: Actor,
    person: str,
    phone: str,
    read_back: bool,
    at: dt.datetime | None = None,
) -> Consent:
    """Take the decision by telephone: with whom, on which number, when (`at`, or now), and read back to him.

    Raises ConsentRefused, and ReceptionRefused for a call that is yet to come or was before the estimate.
    """
    if at is not None and at > now():
        raise ReceptionRefused(_("The call cannot be in the future."))
    if at is not None and at < estimate.created_at.replace(second=0, microsecond=0):
        raise ReceptionRefused(_("The call cannot be before this version of the estimate was shown."))
    if not read_back:
        raise ReceptionRefused(_("Read the decision back to the customer before you record it."))
    if not phone.strip():
        raise ReceptionRefused(_("Write down the number on which the customer was reached."))
    with transaction.atomic():
        work_order = decidable(estimate.work_order)
        return _decide(
            work_order,
            estimate,
            answers,
            by=by,
            method=ConsentMethod.TELEPHONE,
            person=person,
            phone=phone.strip()[:32],
            read_back=True,
            at=at,
        )


def decide_by_link(
    estimate: Estimate,
    answers: Mapping[int, Answer],
    *,
    link: SignedLink,
    person: str,
    drawing: str = "",
    address: str | None = None,
) -> Consent:
    """Take the decision that the customer sent from his link, signed by drawing or typed name. Raises ConsentRefused."""
    by = Actor.of_link(link)
    with transaction.atomic():
        work_order = decidable(estimate.work_order)
        signature = signatures.keep(drawing, name=person, by=by, centre=work_order.centre, typed=not drawing)
        consent = _decide(
            work_order,
            estimate,
            answers,
            by=by,
            method=ConsentMethod.LINK,
            person=person,
            signature=signature,
            address=address,
        )
        link.use()
    return consent


@transaction.atomic
def send_newer(link: SignedLink, *, estimate: Estimate) -> Estimate:
    """The holder of an older version's link asks for the newest: it goes to the customer's stored address, nowhere else.

    Once in ten minutes; nothing is sent when there is no newer one that waits. Raises ReceptionRefused at the wrong stage.
    """
    by = Actor.of_link(link)
    work_order = decidable(estimate.work_order)
    work_order = WorkOrder.objects.for_rows().get(pk=work_order.pk)
    newest = work_order.estimates.order_by("-version")[0]
    if newest.version == estimate.version or newest.consents.exists():
        return newest
    lately = Message.objects.filter(
        kind="estimate_approval", about=work_order.number, centre=work_order.centre, created_at__gt=now() - PAUSE
    ).filter(link__target_kind=Estimate._meta.label_lower, link__target_id=newest.pk)
    if not lately.exists():
        write_estimate("estimate_approval", newest, work_order, by=by)
        events.record(work_order, "estimate.sent", by=by, data={"version": newest.version})
    return newest


def _decide(
    work_order: WorkOrder, estimate: Estimate, answers: Mapping[int, Answer], *, by: Actor, **how: Any
) -> Consent:
    consent = consents.record_consent(estimate, answers, by=by, **how)
    if not waits_for_signature(work_order):
        services.release(work_order, cause=Hold.Cause.CONSENT, by=by)
    Message.objects.cancel_pending(about=work_order.number, kinds=ASKING, centre=work_order.centre)
    _send_recorded(consent, by=by)
    return consent


def _send_recorded(consent: Consent, *, by: Actor) -> None:
    """Write to the customer what was recorded, whichever way he decided."""
    work_order = WorkOrder.objects.for_rows().get(pk=consent.work_order_id)
    language = outbox.known_language(work_order.customer.language or work_order.centre.language)
    titles = {row["line"]: row["title"][language] for row in consent.estimate.lines}
    said: dict[str, list[str]] = {decision: [] for decision in ConsentAnswer.Decision.values}
    with override(language):
        for answer in consent.answers.order_by("pk"):
            title = titles.get(answer.line_id, "")
            if answer.deferred_to:
                day = format_date(answer.deferred_to, year=True)
                title = _("%(work)s, from %(date)s on") % {"work": title, "date": day}
            said[answer.decision].append(title)
    outbox.send(
        "estimate_recorded",
        customer=work_order.customer,
        centre=work_order.centre,
        by=by,
        about=work_order.number,
        link=link_of(consent.estimate, work_order),
        context={
            "number": work_order.number,
            "plate": work_order.vehicle.plate,
            "vehicle": work_order.vehicle.title,
            "approved": said[ConsentAnswer.Decision.APPROVE],
            "deferred": said[ConsentAnswer.Decision.DEFER],
            "declined": said[ConsentAnswer.Decision.DECLINE],
            "total": consents.agreed_totals(work_order).total,
            "ready_by": work_order.promised_at,
        },
    )
