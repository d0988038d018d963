"""Which rows prove the clauses of chapter 2 for a visit: read in one query, and who matched the booking from its trail."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from reception.models import Inspection
from servicedesk import registry
from servicedesk.registry import Evidence
from servicedesk.workorders.agreements import ConsentMethod
from servicedesk.workorders.models import ConsentAnswer, WorkOrder
from servicedesk.workorders.together import First, Row, read_together


@dataclass(frozen=True)
class Reception:
    """What chapter 2 left of a visit."""

    work_order: WorkOrder
    concern: Row | None
    """The first that says something."""
    inspection: Row | None
    waiting: Row | None
    """A line that the customer has not decided on."""
    answer: Row | None
    """His last one."""

    @classmethod
    def of(cls, work_order: WorkOrder) -> Reception:
        """Read it. One query."""
        answers = ConsentAnswer.objects.filter(consent__work_order=work_order)
        return cls(
            work_order,
            **read_together(
                work_order,
                concern=First(work_order.concerns.exclude(words="").order_by("pk"), words="words"),
                inspection=First(
                    Inspection.objects.filter(work_order=work_order).annotate(count=Count("items")),
                    begun_at="begun_at",
                    confirmed_at="confirmed_at",
                    by="by_label",
                    signed_by="signature__name",
                    items="count",
                ),
                waiting=First(work_order.lines.top().unanswered(), pk="pk"),
                answer=First(
                    answers.order_by("-pk"), at="consent__at", person="consent__person", method="consent__method"
                ),
            ),
        )


def matched(work_order: WorkOrder) -> Evidence:
    """M2.1-a: received by an advisor and checked against the booking."""
    matches = work_order.happened("reception.matched")
    if matches:
        return Evidence("done", matches[0].at, matches[0].by_label, matches[0].data.get("booking", ""))
    return Evidence("done", work_order.opened_at, str(work_order.advisor), _("Walk-in: there was no booking."))


def walk_in(work_order: WorkOrder) -> Evidence:
    """M2.1-b: without a booking the need is taken and service arranged."""
    if work_order.source == WorkOrder.Source.BOOKING:
        return Evidence("not_needed", text=_("Came with a booking."))
    return Evidence("done", work_order.opened_at, str(work_order.advisor))


def heard(seen: Reception) -> Evidence:
    """M2.1-c: what the customer says is recorded in his words."""
    if seen.concern is None:
        return Evidence("missing")
    visit = seen.work_order
    return Evidence("done", visit.opened_at, str(visit.advisor), seen.concern["words"][:80])


def inspected(seen: Reception) -> Evidence:
    """M2.2-a: outside, inside, display and functions were looked at together."""
    found = seen.inspection
    if found is None:
        return Evidence("missing")
    if found["confirmed_at"] is None:
        return Evidence("open", found["begun_at"], found["by"])
    return Evidence("done", found["confirmed_at"], found["by"], _("%(count)d items") % {"count": found["items"]})


def confirmed(seen: Reception) -> Evidence:
    """M2.2-b: purpose and method explained, the result confirmed by signature."""
    found = seen.inspection
    if found is None or found["confirmed_at"] is None:
        return Evidence("missing" if seen.work_order.stage != "reception" else "open")
    return Evidence("done", found["confirmed_at"], found["signed_by"])


def proposed(seen: Reception) -> Evidence:
    """M2.2-c: repair was proposed, and each line accepted or declined by the customer."""
    if seen.waiting is not None:
        return Evidence("open", text=_("Waits for the customer's answer."))
    last = seen.answer
    if last is None:
        return Evidence("missing")
    return Evidence("done", last["at"], last["person"], ConsentMethod(last["method"]).label)


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.evidence.register("M2.1-a", matched)
    registry.evidence.register("M2.1-b", walk_in)
    for clause, judge in {
        "M2.1-c": heard,
        "M2.2-a": inspected,
        "M2.2-b": confirmed,
        "M2.2-c": proposed,
    }.items():
        registry.evidence.register(clause, judge, Reception.of)
