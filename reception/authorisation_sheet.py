"""The work authorisation: one estimate version, which never changes, and what the customer answered to it (M2.2-c, M3.2-c).

Work agreed to later makes another one, with the lines added since marked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reception.inspection_sheet import confirmed, remarks_before, told, wishes
from reception.models import Inspection
from servicedesk.documents import parts
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.formats import format_number
from servicedesk.workorders.agreements import ConsentMethod
from servicedesk.workorders.models import Consent, ConsentAnswer, LineKind, LineState
from servicedesk.workorders.printed import Said

AGREED = (LineState.APPROVED, LineState.DONE, LineState.CHECKED)

Row = dict[str, Any]


def compose(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """The work authorisation: estimate version and answers of one consent."""
    said = Said(order.facts)
    consent = Consent.objects.select_related("estimate", "signature").get(pk=order.target_id)
    signed = Inspection.objects.filter(work_order=consent.work_order_id).select_related("signature").first()
    answers = {answer.line_id: answer for answer in consent.answers.all()}
    agreed = [row for row in consent.estimate.lines if _agreed(row, answers)]
    added = {line for line, answer in answers.items() if answer.decision == ConsentAnswer.Decision.APPROVE}
    first = not Consent.objects.filter(work_order=consent.work_order_id, at__lt=consent.at).exists()
    labour = [row for row in agreed if row["kind"] == LineKind.LABOUR]
    others = [row for row in agreed if row["kind"] != LineKind.LABOUR]
    sums = said.totals(row["amount"] for row in agreed)
    tag = {} if first else {row["line"]: _("Added later") for row in agreed if (row["parent"] or row["line"]) in added}
    return "reception/pdf/authorisation.html", {
        "heading": said.heading(
            _("Work authorisation"),
            order.number,
            foot=_("As the customer agreed to it, estimate version %(version)s")
            % {"version": consent.estimate.version},
        ),
        "facts": _visit_facts(said, signed),
        "plate": order.facts["plate"],
        "concerns": [row[0] for row in order.facts["concerns"]],
        "note": signed.note if signed else "",
        "unit_note": said.unit_note(),
        "labour": _labour(said, labour, tag) if labour else None,
        "parts": _others(said, others, tag) if others else None,
        "ticks": wishes(order.facts, signed),
        "sums": [
            (_("Labour"), said.amount(_sum(labour)), ""),
            (_("Parts and materials"), said.amount(_sum(others)), ""),
            (_("Before tax"), said.amount(sums.net), "rule"),
            (said.tax_words(), said.amount(sums.tax), ""),
            (_("Agreed total"), said.money(sums.total), "big"),
        ],
        "refused": _refused(said, consent, answers),
        "courtesy": _courtesy(said),
        "belongings": signed.belongings if signed else "",
        "reservations": signed.reservations if signed else "",
        "added": told(said, remarks_before(order, signed)) if signed else [],
        "guarantee": said.guarantee,
        "consents": _consents(said, consent),
        "inspected": confirmed(said, signed) if signed and signed.confirmed_at else "",
        "seal": signed.seal if signed else "",
        "signatures": [
            parts.Signed(_("Customer"), consent.person, _how(said, consent), consent.signature),
            parts.Signed(
                _("Service advisor"),
                order.facts["advisor"],
                _("%(at)s, by account") % {"at": said.moment(order.facts["at"])},
                by_account=True,
            ),
        ],
    }


def _agreed(row: Row, answers: dict[int, ConsentAnswer]) -> bool:
    """Whether a line of the version was agreed to: before, or by this answer. Parts follow their labour."""
    answer = answers.get(row["parent"] or row["line"])
    return answer.decision == ConsentAnswer.Decision.APPROVE if answer else row["state"] in AGREED


def _refused(said: Said, consent: Consent, answers: dict[int, ConsentAnswer]) -> parts.Lines | None:
    """What is not done now, as he decided: no, or later and from when; with his reason."""
    rows = []
    for row in consent.estimate.lines:
        answer = answers.get(row["line"])
        if answer is None or answer.decision == ConsentAnswer.Decision.APPROVE:
            continue
        later = answer.deferred_to if answer.decision == ConsentAnswer.Decision.DEFER else None
        words = _("later, from %(day)s") % {"day": said.date(later)} if later else _("declined")
        rows.append([said.word(row["title"]), words, answer.reason])
    columns = [parts.Column(_("Not to be done now")), parts.Column(_("Decision")), parts.Column(_("Reason"))]
    return parts.Lines(columns, rows) if rows else None


def _courtesy(said: Said) -> str:
    """The courtesy car that is out: "DEM-9001 Toyota Yaris, until 2026/11/27 18:00"."""
    lent = said.facts.get("courtesy")
    if not lent:
        return ""
    plate, model, due = lent
    return _("%(plate)s %(model)s, until %(at)s") % {"plate": plate, "model": model, "at": said.moment(due)}


def _brought_by(said: Said, signed: Inspection | None) -> list[tuple[Any, Any]]:
    """Who brought the car and signed for it, when it was not the customer."""
    name = signed.signature.name if signed and signed.signature else ""
    return [] if name in ("", said.facts["customer"]) else [(_("Brought by"), name), ("", ""), ("", "")]


def _visit_facts(said: Said, signed: Inspection | None) -> list[list[tuple[Any, Any]]]:
    facts = said.facts
    return [
        *said.car,
        [
            (_("Car received"), said.moment(facts["opened_at"])),
            (_("Promised"), said.moment(facts["promised_at"])),
            (_("Odometer in"), said.km(facts["odometer_in"])),
        ],
        [
            (_("Work order"), facts["order"]),
            (_("Booking"), facts.get("booking", "")),
            (_("Service advisor"), facts["advisor"]),
        ],
        *([brought] if (brought := _brought_by(said, signed)) else []),
    ]


def _labour(said: Said, rows: list[Row], tag: dict[int, str]) -> parts.Lines:
    hours = sum((Decimal(row["quantity"]) for row in rows), Decimal(0))
    return parts.Lines(
        [
            parts.Column(_("Code"), "code"),
            parts.Column(_("Labour operation")),
            parts.Column("", "tag"),
            parts.Column(_("Labour hours"), "n"),
            parts.Column(_("Price"), "n"),
            parts.Column(_("Amount"), "n"),
        ],
        [
            [
                row["code"],
                said.word(row["title"]),
                tag.get(row["line"], ""),
                said.hours(row["quantity"]),
                said.amount(row["unit_price"]),
                said.amount(row["amount"]),
            ]
            for row in rows
        ],
        [[_("Labour subtotal"), said.hours(hours), "", said.amount(_sum(rows))]],
    )


def _others(said: Said, rows: list[Row], tag: dict[int, str]) -> parts.Lines:
    return parts.Lines(
        [
            parts.Column(_("Part no."), "code"),
            parts.Column(_("Item")),
            parts.Column("", "tag"),
            parts.Column(_("Qty"), "n"),
            parts.Column(_("Price"), "n"),
            parts.Column(_("Amount"), "n"),
        ],
        [
            [
                row["code"],
                said.word(row["title"]),
                tag.get(row["line"], ""),
                f"{format_number(row['quantity'])} {said.word(row.get('unit', {}))}".strip(),
                said.amount(row["unit_price"]),
                said.amount(row["amount"]),
            ]
            for row in rows
        ],
        [[_("Parts and materials subtotal"), said.amount(_sum(rows))]],
    )


def _sum(rows: list[Row]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), Decimal(0))


def _how(said: Said, consent: Consent) -> str:
    """When and how he agreed: "2026/11/26 11:34, by telephone +886…, read back"."""
    at = {"at": said.moment(consent.at), "phone": consent.phone}
    if consent.method == ConsentMethod.TELEPHONE:
        return _("%(at)s, by telephone %(phone)s, read back") % at
    if consent.method == ConsentMethod.LINK:
        return _("%(at)s, by link") % at
    return _("%(at)s, signed on the tablet") % at


def _consents(said: Said, last: Consent) -> parts.Lines:
    """Everything the customer was asked so far."""
    rows = Consent.objects.filter(work_order=last.work_order_id, at__lte=last.at).select_related("estimate")
    return parts.Lines(
        [parts.Column(_("Estimate version")), parts.Column(_("Decided by")), parts.Column(_("When and how"))],
        [[str(row.estimate.version), row.person, _how(said, row)] for row in rows.order_by("at", "pk")],
    )
