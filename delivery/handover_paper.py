"""The handover sheet: what was done with which result, what was explained and given, and the customer's acceptance (M6.1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from delivery.models import Bill, BillLine, Handover, Payment, PaymentMethod
from servicedesk.documents import papers, parts
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import LineKind, LineState, Urgency, WorkOrder
from servicedesk.workorders.papers import order_paper
from servicedesk.workorders.printed import Said, facts_of

HANDOVER = "handover"
LEFT = (LineState.DECLINED, LineState.DEFERRED)


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    papers.register(HANDOVER, gettext_lazy("Handover sheet"), compose)


def order_handover(work_order: WorkOrder, handover: Handover, *, by: Actor) -> PaperOrder:
    """The car was accepted: what it came to is taken down as it is now, since work and payments may go on."""
    lines = work_order.lines.top().select_related("operation", "part").order_by("position", "id")
    charged = BillLine.objects.standing().filter(bill__work_order=work_order, kind=LineKind.LABOUR)
    paid = Payment.objects.filter(work_order=work_order).order_by("at", "id")
    return order_paper(
        HANDOVER,
        handover.pk,
        work_order,
        by=by,
        fixed=facts_of(
            work_order,
            done=[[line.pk, line.code, line.titles, line.state] for line in lines if line.is_agreed],
            left=[[line.titles, line.urgency, str(line.deferred_to or "")] for line in lines if line.state in LEFT],
            technicians={str(line): name for line, name in charged.values_list("line_id", "technician")},
            bills=[
                [bill.number, str(bill.total)]
                for bill in Bill.objects.issued().filter(work_order=work_order).order_by("issued_at", "id")
            ],
            paid=[[row.at.isoformat(), row.method, row.reference, str(row.amount)] for row in paid],
        ),
    )


def compose(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """An accepted handover."""
    said, facts = Said(order.facts), order.facts
    handover = Handover.objects.select_related("signature").get(pk=order.target_id)
    at = said.moment(handover.at)
    return "delivery/pdf/handover.html", {
        "heading": said.heading(
            _("Handover sheet"), order.number, foot=_("Locked when the customer signed; it is not changed any more")
        ),
        "facts": [
            *said.car,
            [
                (_("Car received"), said.moment(facts["opened_at"])),
                (_("Handed over"), at),
                (_("Work order"), facts["order"]),
            ],
            [
                (_("Odometer in"), said.km(facts["odometer_in"])),
                (_("Odometer out"), said.km(handover.odometer_out)),
                (_("Service advisor"), handover.by_label),
            ],
        ],
        "plate": facts["plate"],
        "concerns": facts["concerns"],
        "done": _done(said),
        "left": _left(said) if facts["left"] else None,
        "account": _account(said),
        "unit_note": said.unit_note(True),
        "explained": [(label, value in handover.explained) for value, label in Handover.Explained.choices],
        "given": [(label, value in handover.given) for value, label in Handover.Given.choices],
        "old_parts": _("Customer takes them") if facts["old_parts_wanted"] else _("Disposed of by us"),
        "guarantee": said.guarantee,
        "guaranteed_until": said.guaranteed_until(handover.at.astimezone(said.zone).date()),
        "proxy": _proxy(said, handover) if handover.by_proxy else "",
        "remarks": handover.remarks,
        "signatures": [
            parts.Signed(
                _("Accepted for the customer") if handover.by_proxy else _("Accepted by the customer"),
                handover.person,
                _("%(at)s, signed on the tablet") % {"at": at},
                handover.signature,
            ),
            parts.Signed(
                _("Service advisor"), handover.by_label, _("%(at)s, by account") % {"at": at}, by_account=True
            ),
        ],
    }


def _proxy(said: Said, handover: Handover) -> str:
    """Who took the car in the customer's name, and by whose leave."""
    return said.listed([handover.person, handover.get_relation_display(), handover.get_authorised_display()])


def _done(said: Said) -> parts.Lines:
    return parts.Lines(
        [
            parts.Column(_("Code"), "code"),
            parts.Column(_("Work")),
            parts.Column(_("Technician")),
            parts.Column(_("Result")),
        ],
        [
            [code, said.word(titles), said.facts["technicians"].get(str(pk), ""), _result(state)]
            for pk, code, titles, state in said.facts["done"]
        ],
    )


def _result(state: str) -> parts.Cell:
    if state == LineState.CHECKED:
        return parts.Cell(_("Done and inspected"), "ok nb")
    return parts.Cell(LineState(state).label, "watch nb")


def _left(said: Said) -> parts.Lines:
    rows = []
    for titles, urgency, until in said.facts["left"]:
        words = _("put off to %(date)s") % {"date": said.date(dt.date.fromisoformat(until))} if until else _("Declined")
        rows.append([said.word(titles), Urgency(urgency).label, words])
    return parts.Lines([parts.Column(_("Work")), parts.Column(_("Urgency")), parts.Column(_("Decision"))], rows)


def _account(said: Said) -> parts.Lines:
    """Bills, then payments, then what is left: one column of amounts."""
    rows, balance = [], Decimal(0)
    for number, total in said.facts["bills"]:
        rows.append([number, "", said.amount(total)])
        balance += Decimal(total)
    for at, method, reference, amount in said.facts["paid"]:
        rows.append(
            [said.moment(at), f"{PaymentMethod(method).label} {reference}".strip(), said.amount(-Decimal(amount))]
        )
        balance -= Decimal(amount)
    return parts.Lines(
        [parts.Column(_("Bill or payment")), parts.Column(_("Method")), parts.Column(_("Amount"), "n")],
        rows,
        [[pgettext("customer", "Still to pay"), said.amount(balance)]],
    )
