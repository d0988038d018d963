"""The joint inspection on paper, as the customer signed it: dials, marks, photos, items, points, his wishes (M2.2-a, M2.2-b).

What was remarked before the sheet was ordered stands at its end; a remark made later orders the next version.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reception.models import DamageMark, Inspection, InspectionPhoto, InspectionRemark, PointResult
from servicedesk.catalogue.words import option_label
from servicedesk.documents import parts
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.formats import format_number
from servicedesk.workorders.printed import Said

VERDICTS = {"green": "ok", "amber": "watch", "red": "bad"}


def compose(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """The joint inspection as it was signed: dials, marks, items, the customer's wishes."""
    said, facts = Said(order.facts), order.facts
    row = Inspection.objects.select_related("signature").get(pk=order.target_id)
    marks = list(row.marks.order_by("number"))
    photos = list(row.photos.select_related("photo", "mark", "item").order_by("mark__number", "pk"))
    added = remarks_before(order, row)
    dials = [option for option in (row.fuel, f"{row.charge}%" if row.charge is not None else "") if option]
    items = [
        [said.word(facts["items"][str(item.item_id)][1]), _verdict(item), item.note]
        for item in row.items.order_by("item__position", "pk")
        if str(item.item_id) in facts["items"] and facts["items"][str(item.item_id)][0] not in ("exterior", "wheel")
    ]
    outside = [
        item for item in row.items.all() if facts["items"].get(str(item.item_id), [""])[0] in ("exterior", "wheel")
    ]
    half = (len(items) + 1) // 2
    points = [_point(said, point, facts) for point in row.points.order_by("item__position", "pk")]
    middle = (len(points) + 1) // 2
    return "reception/pdf/inspection.html", {
        "heading": said.heading(
            _("Joint inspection sheet"),
            order.number,
            foot=_("Locked when the customer signed; it is not changed any more"),
        ),
        "facts": [
            [
                (_("Customer"), said.customer),
                (_("Plate"), facts["plate"]),
                (_("Make and model"), facts["car"]),
            ],
            [
                (_("Inspected"), said.moment(row.confirmed_at)),
                (_("Odometer"), said.km(row.odometer)),
                (_("Fuel, charge"), said.listed(dials)),
            ],
            [
                (_("Service advisor"), facts["advisor"]),
                (_("Keys"), str(row.keys) if row.keys is not None else ""),
                (_("Warning lights"), said.listed(option_label(light) for light in row.warning_lights)),
            ],
        ],
        "plate": facts["plate"],
        "marks": marks,
        "damage": _damage(said, marks, facts) if marks else None,
        "outside_good": sum(1 for item in outside if item.tone == "green"),
        "outside_rest": [
            (said.word(facts["items"][str(item.item_id)][1]), item.words)
            for item in outside
            if item.tone != "green" and item.item_id not in {mark.item_id for mark in marks}
        ],
        "photos": [(shown.photo, _caption(said, shown, facts)) for shown in photos]
        + [(remark.photo, _("Remark, %(at)s") % {"at": said.moment(remark.at)}) for remark in added if remark.photo],
        "columns": [_items(part) for part in (items[:half], items[half:]) if part],
        "points": [_points(part) for part in (points[:middle], points[middle:]) if part],
        "note": row.note,
        "belongings": row.belongings,
        "reservations": row.reservations,
        "added": told(said, added),
        "seal": row.seal,
        "confirmed": confirmed(said, row),
        "ticks": wishes(facts, row),
        "signatures": [
            parts.Signed(
                _("Customer"),
                row.signature.name if row.signature else "",
                confirmed(said, row),
                row.signature,
            ),
            parts.Signed(
                _("Service advisor"),
                facts["signed_by"],
                _("%(at)s, by account") % {"at": said.moment(row.confirmed_at)},
                by_account=True,
            ),
        ],
    }


def confirmed(said: Said, row: Inspection) -> str:
    """When and how it was confirmed: "2026/11/26 10:49, by link"."""
    at = {"at": said.moment(row.confirmed_at)}
    if row.confirmed_how == Inspection.How.LINK:
        return _("%(at)s, by link") % at
    return _("%(at)s, signed on the tablet") % at


def remarks_before(order: PaperOrder, row: Inspection) -> list[InspectionRemark]:
    """What was remarked when the paper was ordered; a duplicate says what its original did."""
    at = (order.duplicate_of or order).ordered_at
    return list(row.remarks_added.filter(at__lte=at).select_related("photo").order_by("pk"))


def told(said: Said, added: list[InspectionRemark]) -> list[tuple[str, str]]:
    """Remarks as a paper shows them: (when and who, words)."""
    return [
        (_("%(at)s, %(name)s") % {"at": said.moment(remark.at), "name": remark.by_name}, remark.text)
        for remark in added
    ]


def _damage(said: Said, marks: list[DamageMark], facts: dict[str, Any]) -> parts.Lines:
    return parts.Lines(
        [parts.Column(_("No."), "mk"), parts.Column(_("Where")), parts.Column(_("Condition"))],
        [[str(mark.number), said.word(facts["places"].get(str(mark.number), {})), _what(mark)] for mark in marks],
    )


def _what(mark: DamageMark) -> str:
    return " ".join(filter(None, (str(mark.get_kind_display()), mark.note)))


def _place(said: Said, mark: DamageMark, facts: dict[str, Any]) -> str:
    return f"{said.word(facts['places'].get(str(mark.number), {}))} {mark.get_kind_display()}".strip()


def _caption(said: Said, shown: InspectionPhoto, facts: dict[str, Any]) -> str:
    if shown.mark:
        return f"{shown.mark.number}  {_place(said, shown.mark, facts)}"
    return shown.item.name if shown.item else shown.photo.caption


def _verdict(item: Any) -> parts.Cell:
    return parts.Cell(item.words, VERDICTS.get(item.tone, ""))


def _items(rows: list[list[Any]]) -> parts.Lines:
    return parts.Lines(
        [parts.Column(_("Item")), parts.Column(_("Result"))],
        [[name, parts.Cell(f"{cell.text} {note}".strip(), cell.kind)] for name, cell, note in rows],
    )


def _point(said: Said, row: PointResult, facts: dict[str, Any]) -> list[Any]:
    """Name, measured value, colour in words, note."""
    names, unit = facts["points"].get(str(row.item_id), [{}, ""])
    value = "" if row.value is None else f"{format_number(row.value.normalize())} {unit}".strip()
    found = " ".join(filter(None, (value, str(row.get_verdict_display()), row.note)))
    return [said.word(names), parts.Cell(found, VERDICTS.get(row.verdict, ""))]


def _points(rows: list[list[Any]]) -> parts.Lines:
    return parts.Lines([parts.Column(_("Point")), parts.Column(_("Result"))], rows)


def wishes(facts: dict[str, Any], signed: Inspection | None) -> list[tuple[str, bool]]:
    """What the customer allowed and wanted: (words, whether)."""
    charging = signed.charging_allowed if signed else None
    return [
        (_("Old parts wanted"), facts["old_parts_wanted"]),
        (_("Wash wanted"), facts["wash_wanted"]),
        (_("Waits on site"), facts["waits_on_site"]),
        (_("Road test allowed"), bool(signed and signed.road_test_allowed)),
        (_("Covers fitted"), bool(signed and signed.covers_fitted)),
        (_("No valuables left"), bool(signed and signed.valuables in ("none", "removed"))),
        *([] if charging is None else [(_("Charging allowed"), charging)]),
    ]
