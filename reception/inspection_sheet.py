"""The joint inspection on paper, as the customer signed it: dials, marks, items, his wishes (M2.2-a, M2.2-b)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from reception.models import DamageMark, Inspection, InspectionPhoto
from servicedesk.catalogue.words import option_label
from servicedesk.documents import parts
from servicedesk.documents.models import PaperOrder
from servicedesk.workorders.printed import Said

MOST_PHOTOS = 8
VERDICTS = {"green": "ok", "amber": "watch", "red": "bad"}


def compose(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """The joint inspection as it was signed: dials, marks, items, the customer's wishes."""
    said, facts = Said(order.facts), order.facts
    row = Inspection.objects.select_related("signature").get(pk=order.target_id)
    marks = list(row.marks.order_by("number"))
    photos = list(row.photos.select_related("photo", "mark", "item").order_by("mark__number", "pk"))
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
        "photos": [(shown.photo, _caption(said, shown, facts)) for shown in photos[:MOST_PHOTOS]],
        "more_photos": max(0, len(photos) - MOST_PHOTOS),
        "columns": [_items(part) for part in (items[:half], items[half:]) if part],
        "note": row.note,
        "reservations": row.reservations,
        "ticks": wishes(facts, row),
        "signatures": [
            parts.Signed(
                _("Customer"),
                row.signature.name if row.signature else "",
                _("%(at)s, signed on the tablet") % {"at": said.moment(row.confirmed_at)},
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


def wishes(facts: dict[str, Any], signed: Inspection | None) -> list[tuple[str, bool]]:
    """What the customer allowed and wanted: (words, whether)."""
    return [
        (_("Old parts wanted"), facts["old_parts_wanted"]),
        (_("Wash wanted"), facts["wash_wanted"]),
        (_("Waits on site"), facts["waits_on_site"]),
        (_("Road test allowed"), bool(signed and signed.road_test_allowed)),
        (_("Covers fitted"), bool(signed and signed.covers_fitted)),
        (_("No valuables left"), bool(signed and signed.valuables in ("none", "removed"))),
    ]
