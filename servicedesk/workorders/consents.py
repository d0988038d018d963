"""Estimate versions and the customer's decision on them (M2.2-c, M3.2-c): shared by reception, workshop and delivery."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from servicedesk.clock import now
from servicedesk.staff.actors import Actor, actor_values
from servicedesk.staff.formats import format_money
from servicedesk.staff.repeats import Refusal
from servicedesk.workorders import alternatives, events
from servicedesk.workorders.models import (
    Consent,
    ConsentAnswer,
    Estimate,
    LineKind,
    LineOrigin,
    LineState,
    Urgency,
    WorkOrder,
    WorkOrderLine,
)
from servicedesk.workorders.money import Totals, line_amount, totals

NEXT_STATE = {
    ConsentAnswer.Decision.APPROVE: LineState.APPROVED,
    ConsentAnswer.Decision.DECLINE: LineState.DECLINED,
    ConsentAnswer.Decision.DEFER: LineState.DEFERRED,
}


ConsentHandler = Callable[[WorkOrder, Consent, Actor], Any]
_handlers: list[tuple[int, ConsentHandler]] = []


def after_consent(handler: ConsentHandler, *, order: int) -> None:
    """Run `handler(work_order, consent, by)` in the transaction of every consent: how later chapters hear of approved work."""
    _handlers.append((order, handler))


class ConsentRefused(Refusal):
    """The answer cannot be taken; the reasons say why."""


@dataclass(frozen=True)
class Answer:
    """The customer's word on one line."""

    decision: str
    reason: str = ""
    deferred_to: dt.date | None = None


def propose_operation(
    work_order: WorkOrder,
    operation: Any,
    *,
    labour_rate: Decimal,
    parts: list[tuple[Any, Decimal, Decimal]],
    origin: str = LineOrigin.RECEPTION,
    urgency: str = Urgency.SOON,
    finding: str = "",
    concern: Any = None,
    alternative_of: WorkOrderLine | None = None,
) -> WorkOrderLine:
    """Add a labour operation with its parts [(part, quantity, unit price), …] as proposed lines; returns the labour line."""
    centre = work_order.centre
    with transaction.atomic():
        position = work_order.lines.count() + 1
        common = {"work_order": work_order, "origin": origin, "urgency": urgency, "created_at": now()}
        labour = WorkOrderLine.objects.create(
            kind=LineKind.LABOUR,
            operation=operation,
            quantity=operation.std_hours,
            unit_price=labour_rate,
            amount=line_amount(operation.std_hours, labour_rate, centre),
            finding=finding,
            concern=concern,
            alternative_of=alternative_of,
            position=position,
            **common,
        )
        for offset, (part, quantity, unit_price) in enumerate(parts, start=1):
            WorkOrderLine.objects.create(
                kind=LineKind.PART,
                part=part,
                parent=labour,
                quantity=quantity,
                unit_price=unit_price,
                amount=line_amount(quantity, unit_price, centre),
                position=position + offset,
                **common,
            )
    return labour


def agreed_totals(work_order: WorkOrder, *, with_proposed: bool = False) -> Totals:
    """Totals of what the customer agreed to (and, if asked, of what still waits; of alternatives the dearest)."""
    states = {LineState.APPROVED, LineState.DONE, LineState.CHECKED} | (
        {LineState.PROPOSED} if with_proposed else set()
    )
    lines = [line for line in work_order.lines.all() if line.state in states]
    return totals([line.amount for line in alternatives.counted(lines)], work_order.centre)


@transaction.atomic
def issue_estimate(work_order: WorkOrder, *, by: Actor) -> Estimate:
    """Fix what the customer is shown as the next version. Refused while nothing is proposed.

    Of alternatives its totals count the dearest.
    """
    WorkOrder.objects.select_for_update(of=("self",)).only("pk").get(pk=work_order.pk)
    shown = shown_lines(work_order)
    if not any(line.state == LineState.PROPOSED for line in shown):
        raise ConsentRefused(_("There is nothing to decide on: add work first."))
    summed = totals([line.amount for line in alternatives.counted(shown)], work_order.centre)
    last = work_order.estimates.order_by("-version").values_list("version", flat=True).first() or 0
    estimate = Estimate.objects.create(
        work_order=work_order,
        version=last + 1,
        lines=[snapshot(line) for line in shown],
        net=summed.net,
        tax=summed.tax,
        total=summed.total,
        created_at=now(),
        **actor_values(by),
    )
    events.record(
        work_order,
        "estimate.issued",
        by=by,
        data={"version": estimate.version, "total": format_money(estimate.total, work_order.centre.currency)},
    )
    return estimate


def shown_lines(work_order: WorkOrder) -> list[WorkOrderLine]:
    """What an estimate shows: every line but those the customer has put off or declined. Two queries."""
    rows = work_order.lines.exclude(state__in=(LineState.DECLINED, LineState.DEFERRED))
    return list(rows.select_related("operation", "part").prefetch_related("photos").order_by("position", "id"))


@transaction.atomic
def record_consent(
    estimate: Estimate,
    answers: Mapping[int, Answer],
    *,
    by: Actor,
    method: str,
    person: str,
    phone: str = "",
    address: str | None = None,
    read_back: bool = False,
    signature: Any = None,
    at: dt.datetime | None = None,
) -> Consent:
    """Take the customer's answers {line id: Answer} on exactly this estimate version.

    Every line of it that still waits must be answered; a yes to one of several alternatives declines the others, saying
    so. Refused when a newer version exists, when the version was already answered, or when an answer is incomplete. Parts
    follow their labour. `at`: when he said it, now unless told. Whoever signs under another name than the customer's
    stands in the trail as such.
    """
    work_order = (
        WorkOrder.objects.select_for_update(of=("self",)).select_related("customer").get(pk=estimate.work_order_id)
    )
    newest = work_order.estimates.order_by("-version").values_list("version", flat=True).first()
    if newest != estimate.version:
        raise ConsentRefused(_("A newer version of this estimate exists. Please look at that one."))
    if estimate.consents.exists():
        raise ConsentRefused(_("This version of the estimate has already been answered."))
    waiting = list(work_order.lines.top().unanswered().select_related("operation", "part"))
    answers = _with_alternatives(work_order, waiting, answers)
    unanswered = [line for line in waiting if line.pk not in answers]
    if unanswered:
        raise ConsentRefused(
            *[_("“%(line)s” still needs a yes or a no.") % {"line": line.title} for line in unanswered]
        )
    if not person.strip():
        raise ConsentRefused(_("Say who agreed."))
    consent = Consent.objects.create(
        work_order=work_order,
        estimate=estimate,
        method=method,
        at=at or now(),
        person=person.strip()[:80],
        phone=phone,
        address=address,
        read_back=read_back,
        signature=signature,
        **actor_values(by),
    )
    for line in waiting:
        _apply(consent, line, answers[line.pk])
    approved = [line.code for line in waiting if answers[line.pk].decision == ConsentAnswer.Decision.APPROVE]
    events.record(
        work_order,
        "consent.recorded",
        by=by,
        data={"version": estimate.version, "method": method, "approved": approved, "lines": len(waiting)},
    )
    if signed_by_other(consent, work_order.customer.name):
        events.record(work_order, "consent.other_signer", by=by, data={"version": estimate.version})
    for _order, handler in sorted(_handlers, key=lambda entry: entry[0]):
        handler(work_order, consent, by)
    return consent


def signed_by_other(consent: Consent, customer: str) -> bool:
    """Whether somebody else than the customer of record decided, by the name he gave."""
    return plain_name(consent.person) != plain_name(customer)


def plain_name(name: str) -> str:
    """A name without what people write differently: letters' case and width, spaces, dots."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _with_alternatives(
    work_order: WorkOrder, waiting: list[WorkOrderLine], answers: Mapping[int, Answer]
) -> dict[int, Answer]:
    """The answers, with a no to the others of each group of which one is chosen. Raises ConsentRefused for two of a group."""
    done = dict(answers)
    groups: dict[int, list[WorkOrderLine]] = {}
    for line in waiting:
        groups.setdefault(alternatives.group_of(line), []).append(line)
    for line in work_order.lines.top().approved().select_related("operation", "part"):
        groups.setdefault(alternatives.group_of(line), []).append(line)
    for group in groups.values():
        agreed = [line for line in group if line.is_agreed]
        wanted = [
            line for line in group if line.pk in done and done[line.pk].decision == ConsentAnswer.Decision.APPROVE
        ]
        if len(agreed) + len(wanted) > 1:
            names = [line.title for line in (*agreed, *wanted)]
            raise ConsentRefused(
                _("“%(first)s” and “%(second)s” stand for each other: only one of them is done. Choose one.")
                % {"first": names[0], "second": names[1]}
            )
        if wanted:
            reason = _("Chosen instead: %(line)s") % {"line": wanted[0].title}
            for line in group:
                if line is not wanted[0]:
                    done[line.pk] = Answer(ConsentAnswer.Decision.DECLINE, reason=reason)
    return done


def _apply(consent: Consent, line: WorkOrderLine, answer: Answer) -> None:
    if answer.decision == ConsentAnswer.Decision.DEFER and not answer.deferred_to:
        raise ConsentRefused(_("Say until when “%(line)s” is put off.") % {"line": line.title})
    ConsentAnswer.objects.create(
        consent=consent,
        line=line,
        decision=answer.decision,
        reason=answer.reason[:200],
        deferred_to=answer.deferred_to,
    )
    values = {
        "state": NEXT_STATE[ConsentAnswer.Decision(answer.decision)],
        "decline_reason": answer.reason[:200] if answer.decision == ConsentAnswer.Decision.DECLINE else "",
        "deferred_to": answer.deferred_to if answer.decision == ConsentAnswer.Decision.DEFER else None,
    }
    WorkOrderLine.objects.filter(pk=line.pk).update(**values)
    WorkOrderLine.objects.filter(parent=line).update(**values)


def snapshot(line: WorkOrderLine) -> dict[str, Any]:
    """A line as an estimate keeps it; JSON."""
    return {
        "line": line.pk,
        "parent": line.parent_id,
        "kind": line.kind,
        "code": line.code,
        "title": line.titles,
        "unit": {code: line.part.unit_in(code) for code, _name in settings.LANGUAGES} if line.part else {},
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "amount": str(line.amount),
        "state": line.state,
        "urgency": line.urgency,
        "finding": line.finding,
        "hours": str(line.quantity) if line.kind == LineKind.LABOUR else "",
        "alternative_of": line.alternative_of_id,
        "photos": sorted(shown.photo_id for shown in line.photos.all()),
    }
