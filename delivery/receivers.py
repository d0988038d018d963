"""What this chapter does when a visit enters a stage, and what it asks before one does."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from delivery.models import Handover, WashPart
from delivery.services import billing, wash
from delivery.services.account import Departure, everything_billed
from delivery.services.handover import keep_promise
from delivery.services.reminders import remind_of_surveys
from servicedesk import registry
from servicedesk.staff.formats import joined
from servicedesk.workorders.gates import Requirement, gate
from servicedesk.workorders.models import LineState, WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import on_enter


def register() -> None:
    """Hook into the stages and the sweep; the gates below register themselves."""
    on_enter(Stage.PREPARATION, wash.open_wash, order=10)
    on_enter(Stage.PREPARATION, billing.open_draft, order=20)
    on_enter(Stage.READY, keep_promise, order=10)
    registry.sweeps.register(registry.Sweep("survey reminders", remind_of_surveys))


@gate(Stage.READY, order=10)
def clean_and_billed(work_order: WorkOrder) -> list[Requirement]:
    """Ready: cleaned (or the wash waived), looked over by somebody, all agreed work checked and on an issued bill."""
    task = wash.current_task(work_order)
    wash_url = reverse("delivery:wash", args=[work_order.pk])
    bill_url = reverse("delivery:bill", args=[work_order.pk])
    left = wash.parts_left(task) if task else list(WashPart.Part.values)
    words = joined(str(WashPart.Part(part).label) for part in left)
    cleaned = _("Wash not wanted by the customer") if task and task.waived else _("Car cleaned")
    looked = bool(task and hasattr(task, "look") and task.look.passed)
    lines = list(work_order.lines.all())
    unchecked = any(line.state in (LineState.APPROVED, LineState.DONE) for line in lines if line.parent_id is None)
    return [
        Requirement(
            not unchecked,
            _("All agreed work is done and checked"),
            "M4.2-b",
            work_order.get_absolute_url(),
            "inspector",
        ),
        Requirement(
            not left,
            cleaned if not left else _("To clean: %(parts)s") % {"parts": words},
            "M5.1-a",
            wash_url,
            "detailer",
        ),
        Requirement(looked, _("Second look: clean and tidy"), "M5.1-b", wash_url, "detailer"),
        Requirement(everything_billed(work_order), _("Bill issued"), "M5.2-c", bill_url, "cashier"),
    ]


@gate(Stage.DELIVERED, order=10)
def called_paid_and_accepted(work_order: WorkOrder) -> list[Requirement]:
    """Delivered: the customer was told, the bill is settled (or the car released), everything explained, accepted, papers given."""
    url = reverse("delivery:handover", args=[work_order.pk])
    bill_url = reverse("delivery:bill", args=[work_order.pk])
    leaving = work_order.once(Departure.of)
    handover = leaving.handover
    explained = set(handover["explained"] if handover else [])
    given = set(handover["given"] if handover else [])
    settled = leaving.account.balance <= 0 or work_order.customer.account_customer or leaving.released
    return [
        Requirement(leaving.notified, _("Customer told that the car is ready"), "M6.1-a", url, "advisor"),
        Requirement(everything_billed(work_order), _("Bill issued for all agreed work"), "M5.2-c", bill_url, "cashier"),
        Requirement(
            settled,
            _("Bill settled, or the car released by a manager"),
            "M5.2-c",
            bill_url,
            "cashier",
        ),
        Requirement(
            explained >= Handover.MUST_EXPLAIN,
            _("Work and bill explained"),
            "M6.1-b",
            url,
            "advisor",
        ),
        Requirement(handover is not None, _("Accepted and signed by the customer"), "M6.1-b", url, "advisor"),
        Requirement(
            given >= Handover.MUST_GIVE,
            _("Bill, inspection report and invoice given"),
            "M6.1-c",
            url,
            "advisor",
        ),
    ]
