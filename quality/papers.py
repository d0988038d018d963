"""The signed reports of chapter 4 on paper: the technician's self-check and the final inspection (M4.1-b, M4.2-b).

A report and its items never change; names of items, people and readings are taken down when the report is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality.models import FinalInspection, FinalItem, SelfCheck, SelfCheckItem, Verdict
from servicedesk.documents import papers, parts
from servicedesk.documents.models import PaperOrder
from servicedesk.staff.actors import Actor
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.papers import order_paper
from servicedesk.workorders.printed import Said, facts_of
from workshop.models import Job, Reading
from workshop.models import Verdict as Limit

SELF_CHECK, FINAL = "selfcheck", "final"
TONES = {Verdict.PASS.value: "ok nb", Verdict.FAIL.value: "bad nb"}
LIMITS = {Limit.WITHIN.value: "ok", Limit.LOW.value: "bad", Limit.HIGH.value: "bad"}
MOST_PHOTOS = 8


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    papers.register(SELF_CHECK, gettext_lazy("Self-check report"), self_check, given=False)
    papers.register(FINAL, gettext_lazy("Final inspection report"), final)


def order_self_check(report: SelfCheck, *, by: Actor) -> PaperOrder:
    """The technician has signed. Numbered by round: NH-W2611-0318-SC1."""
    work_order = WorkOrder.objects.for_rows().get(pk=report.work_order_id)
    return order_paper(
        SELF_CHECK,
        report.pk,
        work_order,
        by=by,
        number=f"{work_order.full_number}-SC{report.round}",
        fixed=facts_of(work_order, **_taken_down(work_order, list(report.items.select_related("item")))),
    )


def order_final(report: FinalInspection, *, by: Actor) -> PaperOrder:
    """The inspector has signed. Numbered by round: NH-W2611-0318-FI1. Two queries for what earlier rounds found."""
    work_order = WorkOrder.objects.for_rows().get(pk=report.work_order_id)
    earlier = FinalItem.objects.filter(
        inspection__work_order=work_order, inspection__round__lt=report.round, verdict=Verdict.FAIL
    )
    items = list(report.items.select_related("item"))
    again = list(earlier.select_related("item", "inspection").order_by("inspection__round", "item__position", "pk"))
    return order_paper(
        FINAL,
        report.pk,
        work_order,
        by=by,
        number=f"{work_order.full_number}-FI{report.round}",
        fixed=facts_of(
            work_order,
            **_taken_down(work_order, [*again, *items]),
            again=[[row.inspection.signed_at.isoformat(), row.item_id, row.note] for row in again],
        ),
    )


def _taken_down(work_order: WorkOrder, items: list[Any]) -> dict[str, Any]:
    """Names of items and technicians, and the readings as they stand: a second measurement would replace them."""
    readings = Reading.objects.filter(job__work_order=work_order).select_related("spec")
    done_by = Job.objects.filter(work_order=work_order, technician__isnull=False)
    people = done_by.order_by("technician__display_name").values_list("technician__display_name", flat=True)
    return {
        "items": {str(row.item_id): [row.item.code, _names(row.item)] for row in items},
        "technicians": list(dict.fromkeys(people)),
        "readings": [
            [_names(row.spec), f"{row.value_text} {row.spec.unit}".strip(), row.spec.limit_text, row.verdict]
            for row in readings.order_by("job_id", "spec__position", "pk")
        ],
    }


def _names(row: Any) -> dict[str, str]:
    return {code: row.name_in(code) for code, _name in settings.LANGUAGES}


def self_check(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """What the technician answered for."""
    report = SelfCheck.objects.select_related("technician").get(pk=order.target_id)
    items = report.items.order_by("item__position", "pk")
    return "quality/pdf/report.html", {
        **_report(order, report, _("Self-check report"), items, report.passed),
        "verdict": _("All in order") if report.passed else _("Back to repair"),
        "verdict_note": _("Technicians answer for their own work."),
        "signatures": [_signed(order, _("Technician"), report)],
    }


def final(order: PaperOrder) -> tuple[str, dict[str, Any]]:
    """What the inspector found, item by item, the readings, the road test, and what had been sent back before."""
    said = Said(order.facts)
    report = FinalInspection.objects.get(pk=order.target_id)
    items = report.items.select_related("photo").order_by("item__position", "pk")
    passed = report.verdict == Verdict.PASS
    shown = [item for item in items if item.photo]
    return "quality/pdf/report.html", {
        **_report(order, report, _("Final inspection report"), items, passed, _road_test(said, report)),
        "verdict": _("Passed the final inspection") if passed else _("Not passed: back to the workshop"),
        "verdict_note": _("The inspector did not work on this car."),
        "again": _again(said, passed) if order.facts["again"] else None,
        "photos": [(item.photo, f"{_item(said, item.item_id)[0]} {item.note}".strip()) for item in shown[:MOST_PHOTOS]],
        "signatures": [_signed(order, _("Quality inspector"), report)],
    }


def _road_test(said: Said, report: FinalInspection) -> list[tuple[Any, Any]]:
    """The road test as a row of the head; nothing when the work asked for none."""
    if not report.road_tested:
        return []
    before, after = said.km(report.odometer_before), said.km(report.odometer_after)
    return [(_("Before road test"), before), (_("After road test"), after)]


def _report(
    order: PaperOrder, report: Any, title: str, items: Any, passed: bool, road_test: Sequence[tuple[Any, Any]] = ()
) -> dict[str, Any]:
    said, facts = Said(order.facts), order.facts
    return {
        "heading": said.heading(title, order.number, foot=_("Work order %(number)s") % {"number": facts["order"]}),
        "facts": [
            [(_("Plate"), facts["plate"]), (_("Make and model"), facts["car"])],
            [(_("Work order"), facts["order"]), (_("Customer"), said.customer)],
            [(_("Technicians"), said.listed(facts["technicians"])), (_("Signed by"), report.by_label)],
            [(_("Signed at"), said.moment(report.signed_at)), (_("Round"), str(report.round))],
            *([list(road_test)] if road_test else []),
        ],
        "plate": facts["plate"],
        "passed": passed,
        "remarks": report.remarks,
        "items": _items(said, items),
        "readings": _readings(said) if facts["readings"] else None,
    }


def _item(said: Said, pk: int) -> tuple[str, str]:
    code, names = said.facts["items"].get(str(pk), ["", {}])
    return code, said.word(names)


def _items(said: Said, rows: Any) -> parts.Lines:
    return parts.Lines(
        [
            parts.Column(_("No."), "code"),
            parts.Column(_("Item")),
            parts.Column(_("Result")),
            parts.Column(_("Note"), "small"),
        ],
        [[*_item(said, row.item_id), _verdict(row), row.note] for row in rows],
    )


def _verdict(row: SelfCheckItem | FinalItem) -> parts.Cell:
    return parts.Cell(row.get_verdict_display(), TONES.get(row.verdict, "nb"))


def _readings(said: Said) -> parts.Lines:
    return parts.Lines(
        [
            parts.Column(_("Key reading")),
            parts.Column(_("Measured"), "n"),
            parts.Column(_("Standard"), "n"),
            parts.Column(_("Result")),
        ],
        [
            [said.word(names), value, limits, parts.Cell(Limit(verdict).label, LIMITS[verdict])]
            for names, value, limits, verdict in said.facts["readings"]
        ],
    )


def _again(said: Said, passed: bool) -> parts.Lines:
    """What earlier rounds sent back, and how it stands now."""
    now = parts.Cell(_("In order now"), "ok") if passed else parts.Cell(_("See above"), "watch")
    return parts.Lines(
        [
            parts.Column(_("Sent back")),
            parts.Column(_("Failed item")),
            parts.Column(_("Why")),
            parts.Column(_("Inspected again")),
        ],
        [[said.moment(at), " ".join(_item(said, pk)), note, now] for at, pk, note in said.facts["again"]],
    )


def _signed(order: PaperOrder, role: str, report: SelfCheck | FinalInspection) -> parts.Signed:
    at = _("%(at)s, by account") % {"at": Said(order.facts).moment(report.signed_at)}
    return parts.Signed(role, report.by_label, at, by_account=True)
