"""Which rows prove the clauses of chapter 2 for a visit: read in one query."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Subquery
from django.utils.translation import gettext_lazy as _

from reception.models import BookingCheck, Inspection
from servicedesk import registry
from servicedesk.registry import Evidence
from servicedesk.workorders.agreements import ConsentMethod
from servicedesk.workorders.models import Concern, ConsentAnswer, Event, WorkOrder
from servicedesk.workorders.together import First, Row, read_together


@dataclass(frozen=True)
class Reception:
    """What chapter 2 left of a visit."""

    work_order: WorkOrder
    check: Row | None
    """What the advisor said about visit and booking."""
    match: Row | None
    """The event of the match."""
    concern: Row | None
    """The first that says something."""
    concerns: int
    """How many do."""
    inspection: Row | None
    waiting: Row | None
    """A line that the customer has not decided on."""
    answer: Row | None
    """His last one."""

    @classmethod
    def of(cls, work_order: WorkOrder) -> Reception:
        """Read it. One query."""
        answers = ConsentAnswer.objects.filter(consent__work_order=work_order)
        said = Concern.objects.filter(work_order=work_order).exclude(words="")
        return cls(
            work_order,
            **read_together(
                work_order,
                check=First(
                    BookingCheck.objects.filter(work_order=work_order),
                    at="at",
                    by="by_label",
                    agrees="agrees",
                    differences="differences",
                ),
                match=First(
                    Event.objects.filter(work_order=work_order, kind="reception.matched").order_by("seq"),
                    at="at",
                    by="by_label",
                    booking="data__booking",
                ),
                concern=First(said.order_by("position", "pk"), words="words"),
                concerns=Subquery(said.order_by().values("work_order").annotate(n=Count("pk")).values("n")),
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


def matched(seen: Reception) -> Evidence:
    """M2.1-a: the purpose was asked by an advisor and compared with the booking; what differs stands there in words."""
    check, match, visit = seen.check, seen.match, seen.work_order
    if check is not None:
        booking = match["booking"] if match else ""
        said = _("as booked") if check["agrees"] else check["differences"]
        return Evidence("done", check["at"], check["by"], f"{booking} · {said}" if booking else said)
    if match is not None:  # received before the comparison was written down
        return Evidence("done", match["at"], match["by"], match["booking"] or "")
    if visit.source == WorkOrder.Source.BOOKING:
        return Evidence("missing")
    return Evidence("done", visit.opened_at, str(visit.advisor), _("Walk-in: there was no booking."))


def walk_in(work_order: WorkOrder) -> Evidence:
    """M2.1-b: without a booking the need is taken and service arranged."""
    if work_order.source == WorkOrder.Source.BOOKING:
        return Evidence("not_needed", text=_("Came with a booking."))
    return Evidence("done", work_order.opened_at, str(work_order.advisor))


def heard(seen: Reception) -> Evidence:
    """M2.1-c: what the customer says is recorded in his words."""
    if seen.concern is None:
        return Evidence("missing")
    visit, words = seen.work_order, seen.concern["words"][:80]
    if (seen.concerns or 0) > 1:
        words = _("%(count)d concerns: %(words)s …") % {"count": seen.concerns, "words": words[:60]}
    return Evidence("done", visit.opened_at, str(visit.advisor), words)


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
    registry.evidence.register("M2.1-b", walk_in)
    for clause, judge in {
        "M2.1-a": matched,
        "M2.1-c": heard,
        "M2.2-a": inspected,
        "M2.2-b": confirmed,
        "M2.2-c": proposed,
    }.items():
        registry.evidence.register(clause, judge, Reception.of)
