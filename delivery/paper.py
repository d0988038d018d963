"""The bill as a paper, in the customer's language: built from the bill's own rows and facts, which do not change once issued.

`bill_context` costs a handful of queries whatever the number of lines; a bill of eight lines prints in about 0.3 s warm.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from delivery.bills import Bill, BillKind, BillLine, Payment, PaymentMethod
from servicedesk.documents import papers, parts, pdf
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.staff.formats import format_number, minor_units
from servicedesk.staff.models import ServiceCentre
from servicedesk.workorders.models import LineKind, LineState
from servicedesk.workorders.money import totals
from servicedesk.workorders.papers import order_paper
from servicedesk.workorders.printed import Said, facts_of

TEMPLATE = "delivery/pdf/bill.html"
NOT_DONE = (LineState.DECLINED, LineState.DEFERRED)


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    papers.register(BillKind.BILL, _("Itemised bill"), compose)
    papers.register(BillKind.CREDIT, _("Credit note"), compose)


def order_bill(bill: Bill, *, by: Actor) -> PaperOrder:
    """Have the bill printed. Takes part in the caller's transaction, which has given it number and facts."""
    return order_paper(
        bill.kind, bill.pk, bill.work_order, by=by, number=bill.number or "", language=bill.language, fixed={}
    )


def compose(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """An issued bill, from the rows that nobody can change any more."""
    bill = Bill.objects.select_related("centre", "corrects").get(pk=order.target_id)
    return TEMPLATE, bill_context(bill)


def preview(bill: Bill) -> bytes:
    """The draft as it would be printed, without a number; nothing is kept. Laid out in a process of its own."""
    return pdf.render(TEMPLATE, bill_context(bill), language=bill.language, apart=True)


def facts_of_bill(bill: Bill) -> dict[str, Any]:
    """What the bill says beyond its lines, as it is now: a later change of name, plate or rule changes no issued bill."""
    work_order = bill.work_order
    left = work_order.lines.top().filter(state__in=NOT_DONE).select_related("operation", "part")
    paid = Payment.objects.filter(work_order=work_order).order_by("at", "id")
    return facts_of(
        work_order,
        not_done=[line.titles for line in left.order_by("position", "id")],
        paid=[[row.at.isoformat(), row.method, row.reference, str(row.amount)] for row in paid],
    )


def bill_context(bill: Bill) -> dict[str, Any]:
    """All that the paper shows, in the bill's language. An issued bill needs `centre` and `corrects` loaded, no more."""
    with override(bill.language):
        return _context(bill)


def _context(bill: Bill) -> dict[str, Any]:
    facts = bill.facts if "centre" in bill.facts else {**facts_of_bill(bill), **bill.facts}
    said = Said(facts)
    lines = list(bill.lines.select_related("consent__estimate").order_by("position", "id"))
    labour = [line for line in lines if line.kind == LineKind.LABOUR]
    others = [line for line in lines if line.kind != LineKind.LABOUR]
    credit = bill.kind == BillKind.CREDIT
    agreed = totals([line.agreed for line in lines], rule_of(bill)).total
    return {
        "bill": bill,
        "credit": credit,
        "heading": said.heading(
            _("Credit note") if credit else _("Itemised bill"),
            bill.number or str(_("Draft")),
            foot=_("Not changed once issued; a correction is a new paper"),
        ),
        "facts": _facts(said),
        "plate": facts["plate"],
        "concerns": facts["concerns"],
        "labour": _labour(said, labour) if labour else None,
        "parts": _parts(said, others) if others else None,
        "sums": _sums(said, bill, labour, others),
        "difference": bill.total - agreed,
        "agreed_total": said.money(agreed),
        "total": said.money(bill.total),
        "difference_text": said.money(abs(bill.total - agreed)),
        "differences": _differences(said, lines) if lines and not credit else None,
        "reasons": [(line.title, line.reason) for line in lines if line.reason],
        "not_done": said.listed(titles[get_language() or "en"] for titles in facts["not_done"]),
        "guarantee": _guarantee(said, bill, labour) if labour and not credit else None,
        "payments": _payments(said, bill) if facts["paid"] else None,
        "signatures": [
            parts.Signed(role=_("Accepted by the customer")),
            parts.Signed(role=_("Service advisor"), name=facts["advisor"]),
        ],
        "unit_note": said.unit_note(bill.tax_inclusive),
        "issued": said.moment(bill.issued_at),
    }


def _facts(said: Said) -> list[list[tuple[Any, Any]]]:
    facts = said.facts
    return [
        *said.car,
        [
            (_("Car received"), said.moment(facts["opened_at"])),
            (_("Odometer in"), said.km(facts["odometer_in"])),
            (_("Work order"), facts["order"]),
        ],
        [
            (_("Service advisor"), facts["advisor"]),
            (_("Old parts"), _("Customer takes them") if facts["old_parts_wanted"] else _("Disposed of by us")),
            ("", ""),
        ],
    ]


def _labour(said: Said, lines: list[BillLine]) -> parts.Lines:
    return parts.Lines(
        [
            parts.Column(_("Code"), "code"),
            parts.Column(_("Labour operation")),
            parts.Column(_("Technician")),
            parts.Column(_("Origin")),
            parts.Column(_("Labour hours"), "n"),
            parts.Column(_("Price"), "n"),
            parts.Column(_("Amount"), "n"),
        ],
        [
            [
                line.code,
                line.title,
                line.technician,
                _origin(line),
                said.hours(line.quantity),
                said.amount(line.unit_price),
                said.amount(line.amount),
            ]
            for line in lines
        ],
        [[_("Labour subtotal"), said.hours(sum(line.quantity for line in lines)), "", said.amount(_sum(lines))]],
    )


def _parts(said: Said, lines: list[BillLine]) -> parts.Lines:
    return parts.Lines(
        [
            parts.Column(_("Part no."), "code"),
            parts.Column(_("Item")),
            parts.Column(_("Origin")),
            parts.Column(_("Qty"), "n"),
            parts.Column(_("Price"), "n"),
            parts.Column(_("Amount"), "n"),
        ],
        [
            [
                line.code,
                line.title,
                _origin(line),
                f"{format_number(line.quantity)} {line.unit}".strip(),
                said.amount(line.unit_price),
                said.amount(line.amount),
            ]
            for line in lines
        ],
        [[_("Parts and materials subtotal"), said.amount(_sum(lines))]],
    )


def _sums(said: Said, bill: Bill, labour: list[BillLine], others: list[BillLine]) -> list[tuple[Any, str, str]]:
    rate = format_number((bill.tax_rate * 100).quantize(Decimal("0.01")))
    tax = _("Tax %(rate)s%%, included") if bill.tax_inclusive else _("Tax %(rate)s%%")
    due = _("Credited") if bill.kind == BillKind.CREDIT else _("Total due")
    return [
        (_("Labour"), said.amount(_sum(labour)), ""),
        (_("Parts and materials"), said.amount(_sum(others)), ""),
        (_("Before tax"), said.amount(bill.net), "rule"),
        (tax % {"rate": rate}, said.amount(bill.tax), ""),
        (due, said.money(bill.total), "big"),
    ]


def _differences(said: Said, lines: list[BillLine]) -> parts.Lines:
    """One row per consent: what was agreed then, what is charged for it now."""
    groups: dict[int | None, list[BillLine]] = {}
    for line in lines:
        groups.setdefault(line.consent_id, []).append(line)
    rows = []
    for group in groups.values():
        consent, agreed, charged = group[0].consent, sum(line.agreed for line in group), _sum(group)
        names = said.listed(line.title for line in group if line.kind == LineKind.LABOUR) or group[0].title
        basis = ""
        if consent is not None:
            basis = _("%(at)s, %(how)s, estimate version %(version)s") % {
                "at": said.moment(consent.at),
                "how": consent.get_method_display(),
                "version": consent.estimate.version,
            }
        label = _("Added later: %(work)s") if group[0].added else _("First order: %(work)s")
        figures = [said.amount(value) for value in (agreed, charged, charged - agreed)]
        rows.append([label % {"work": names}, basis, *figures])
    agreed, charged = sum(line.agreed for line in lines), _sum(lines)
    return parts.Lines(
        [
            parts.Column(_("Item")),
            parts.Column(_("Basis"), "small"),
            parts.Column(_("Agreed amount"), "n"),
            parts.Column(_("Charged amount"), "n"),
            parts.Column(_("Difference"), "n"),
        ],
        rows,
        [[_("Total"), said.amount(agreed), said.amount(charged), said.amount(charged - agreed)]],
    )


def _guarantee(said: Said, bill: Bill, lines: list[BillLine]) -> parts.Lines:
    start = (bill.issued_at or bill.opened_at).astimezone(said.zone).date()
    arrived = said.facts["odometer_in"]
    rows = []
    for line in lines:
        days, km = said.term_for(line.code)
        until = said.date(start + dt.timedelta(days=days))
        rows.append([line.title, said.term(days, km), until, said.km(arrived + km) if arrived else ""])
    return parts.Lines(
        [
            parts.Column(_("Item")),
            parts.Column(_("Term, whichever comes first")),
            parts.Column(_("Guaranteed until"), "n"),
            parts.Column(_("Guaranteed up to"), "n"),
        ],
        rows,
    )


def _payments(said: Said, bill: Bill) -> parts.Lines:
    """What had been paid when it was issued: after a credit note, or for work added later."""
    rows, paid = [], Decimal(0)
    for at, method, reference, amount in said.facts["paid"]:
        rows.append([said.moment(at), PaymentMethod(method).label, reference, said.amount(amount)])
        paid += Decimal(amount)
    return parts.Lines(
        [
            parts.Column(_("Date")),
            parts.Column(_("Method")),
            parts.Column(_("Reference"), "code"),
            parts.Column(_("Amount"), "n"),
        ],
        rows,
        [[_("Paid so far"), said.amount(paid)]],
    )


def _origin(line: BillLine) -> parts.Cell:
    return parts.Cell(_("Added later"), "tag") if line.added else parts.Cell(_("First order"))


def _sum(lines: list[BillLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def rule_of(bill: Bill) -> ServiceCentre:
    """The tax rule the bill was worked out by, as `totals` asks for it."""
    return ServiceCentre(
        tax_rate=bill.tax_rate, tax_inclusive=bill.tax_inclusive, minor_units=minor_units(bill.currency)
    )
