"""What chapters 5 and 6 put on the shelves of the house: menu, home lists, panels, next steps, words of the timeline."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments import hooks as booking
from delivery.models import Bill, Opinion, Payment, PickupNotice, SurveyResponse, WashPart
from delivery.selections import INVITE_DAYS, opinions_for, papers_to_give, ready_rows, settle_rows, to_invite, wash_rows
from delivery.services.account import account_of
from delivery.services.wash import current_task
from servicedesk import registry
from servicedesk.clock import now
from servicedesk.staff.formats import format_moment
from servicedesk.staff.requests import StaffRequest
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage

PREPARING = frozenset({Role.DETAILER.value, Role.CASHIER.value, Role.ADVISOR.value, Role.MANAGER.value})
DELIVERING = frozenset({Role.ADVISOR.value, Role.MANAGER.value, Role.AGENT.value})
DEPARTMENTS = (Role.ADVISOR, Role.SUPERVISOR, Role.DETAILER, Role.AGENT, Role.MANAGER)


def _expected(work_order: WorkOrder, data: dict[str, Any]) -> str:
    at = dt.datetime.fromisoformat(data["at"]) if data["at"] else None
    return format_moment(at, work_order.centre, now=now()) if at else ""


PHRASES = {
    "wash.part": registry.Phrase(lambda data: str(WashPart.Part(data["part"]).label)),
    "wash.looked": registry.Phrase(_("Second look at the cleaning")),
    "bill.line": registry.Phrase(_("Bill: %(code)s charged %(amount)s")),
    "bill.issued": registry.Phrase(_("Bill %(number)s issued: %(total)s"), "key"),
    "bill.credited": registry.Phrase(_("Bill %(bill)s taken back by %(number)s"), "bad"),
    "payment.received": registry.Phrase(_("Payment received: %(amount)s"), "key"),
    "payment.reversed": registry.Phrase(_("Payment given back: %(amount)s"), "bad"),
    "delivery.released": registry.Phrase(_("Released unpaid by a manager"), "bad"),
    "pickup.notified": registry.Phrase(_("Customer told that the car is ready")),
    "pickup.expected": registry.Phrase(_("Customer said when the car is collected"), about=_expected),
    "handover.accepted": registry.Phrase(_("Accepted and signed by the customer"), "key"),
    "handover.refused": registry.Phrase(_("Not accepted by the customer"), "bad"),
    "survey.invited": registry.Phrase(_("Invited to the survey")),
    "survey.explained": registry.Phrase(_("Customer explained a low answer")),
    "survey.answered": registry.Phrase(_("Survey answered, low answers: %(low)s")),
    "opinion.passed_on": registry.Phrase(_("Opinion passed on to the department")),
    "opinion.answered": registry.Phrase(_("Opinion answered")),
}


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.phrases.update(PHRASES)
    _menu()
    _home()
    _panels()
    registry.actions.register(next_steps)
    booking.visit_papers.register(papers_to_give)
    registry.row_steps.register(
        registry.RowStep("notify", _("Notify"), frozenset({Stage.READY.value}), lambda: ~Exists(notices()))
    )


def notices() -> Any:
    """Notices to the customer of a work order since its car is ready, for a subquery."""
    return PickupNotice.objects.filter(work_order=OuterRef("pk"), at__gte=OuterRef("ready_at"))


PREPARATION_VIEWS = frozenset(
    f"delivery:{name}"
    for name in (
        *("wash_queue", "wash", "wash_tick", "wash_look", "send_back"),
        *("bills", "bill", "bill_line", "bill_recalculate", "bill_issue", "bill_pay", "bill_credit", "bill_release"),
        "payment_reverse",
    )
)
DELIVERY_VIEWS = frozenset(
    f"delivery:{name}"
    for name in ("handover", "make_ready", "notify", "hand_over", "not_accepted", "invite", "opinion_record")
)


def _menu() -> None:
    registry.menu.register(
        registry.MenuItem(
            "delivery.preparation",
            _("Preparing delivery"),
            "delivery:preparation",
            PREPARING,
            chapter=5,
            order=5,
            counter=count_preparing,
            group="chapters",
            views=PREPARATION_VIEWS,
        )
    )
    registry.menu.register(
        registry.MenuItem(
            "delivery.delivery",
            _("Delivery"),
            "delivery:ready_list",
            DELIVERING,
            chapter=6,
            order=6,
            counter=count_ready,
            group="chapters",
            views=DELIVERY_VIEWS,
        )
    )
    everyone = frozenset(role.value for role in DEPARTMENTS)
    registry.menu.register(
        registry.MenuItem(
            "delivery.opinions",
            _("Opinions"),
            "delivery:opinions",
            everyone,
            icon="chat-left-dots",
            order=30,
            counter=count_opinions,
            group="manage",
            views=frozenset({"delivery:opinion_answer"}),
        )
    )


def count_preparing(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter of chapter 5: cars being prepared, and those past their promised time."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE promised_at < %s) FROM workorders_workorder "
        "WHERE centre_id = %s AND stage = 'preparation'",
        [now(), centre.pk],
    )


def count_ready(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter of chapter 6: cars ready to be collected; late are those whose customer was not told within the hour."""
    return (
        "SELECT count(*), count(*) FILTER (WHERE w.ready_at < %s AND NOT EXISTS (SELECT 1 FROM delivery_pickupnotice n "
        "WHERE n.work_order_id = w.id AND n.at >= w.ready_at)) FROM workorders_workorder w "
        "WHERE w.centre_id = %s AND w.stage IN ('ready')",
        [now() - dt.timedelta(hours=1), centre.pk],
    )


def count_opinions(user: Any, centre: Any) -> tuple[str, list[Any]]:
    """Menu counter: opinions that wait for the user's departments; late after a day."""
    roles = sorted(user.roles_in(centre.pk))
    everything = bool({Role.AGENT.value, Role.MANAGER.value} & set(roles))
    return (
        "SELECT count(*), count(*) FILTER (WHERE o.at < %s) FROM delivery_opinion o "
        "JOIN workorders_workorder w ON w.id = o.work_order_id "
        "WHERE o.state = 'open' AND w.centre_id = %s AND (%s OR o.department = ANY(%s))",
        [now() - dt.timedelta(days=1), centre.pk, everything, roles],
    )


def _home() -> None:
    rows = [
        ("wash", Role.DETAILER, _("To clean"), "delivery/_wash_list.html", home_wash, 10),
        ("settle", Role.CASHIER, _("To bill and to settle"), "delivery/_settle_list.html", home_settle, 10),
        ("ready", Role.ADVISOR, _("Ready for pickup"), "delivery/_ready_list.html", home_ready, 30),
        (
            "invite",
            Role.ADVISOR,
            _("Delivered, to invite to the survey"),
            "delivery/_invite_list.html",
            home_invite,
            60,
        ),
    ]
    rows += [
        ("opinions", role, _("Customers' opinions to answer"), "delivery/_opinion_list.html", home_opinions, 70)
        for role in DEPARTMENTS
    ]
    for key, role, title, template, context, order in rows:
        area = "rail" if key == "opinions" else "main"
        registry.home.register(registry.HomeList(key, role, title, template, context, order=order, area=area))


def home_wash(request: StaffRequest) -> dict[str, Any]:
    """The detailer's list."""
    return {"rows": wash_rows(request.centre)}


def home_settle(request: StaffRequest) -> dict[str, Any]:
    """The cashier's list."""
    return {"rows": settle_rows(request.centre)}


def home_ready(request: StaffRequest) -> dict[str, Any]:
    """The advisor's cars to be called for and handed over."""
    return {"rows": ready_rows(request.centre)}


def home_invite(request: StaffRequest) -> dict[str, Any]:
    """The advisor's visits to invite to the survey."""
    since = now() - dt.timedelta(days=INVITE_DAYS)
    return {"rows": to_invite(request.centre, since)}


def home_opinions(request: StaffRequest) -> dict[str, Any]:
    """What customers thought, waiting for the user's departments."""
    return {"opinions": opinions_for(request.user, request.centre)}


def _panels() -> None:
    for key, title, template, context, roles, order, area in (
        ("wash", _("Cleaning"), "delivery/_panel_wash.html", wash_panel, None, 50, "main"),
        ("bill", _("Bill and payments"), "delivery/_panel_bill.html", bill_panel, PREPARING, 52, "rail"),
        ("survey", _("What the customer thought"), "delivery/_panel_survey.html", survey_panel, None, 60, "main"),
    ):
        registry.panels.register(registry.Panel(key, title, template, context, roles=roles, order=order, area=area))


def wash_panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """Who cleaned what, and the second look."""
    task = current_task(work_order)
    if task is None:
        return None
    return {"task": task, "ticks": list(task.parts.all()), "look": getattr(task, "look", None)}


def bill_panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """Bills, payments and what is left to pay."""
    bills = list(Bill.objects.filter(work_order=work_order).order_by("opened_at", "id"))
    if not bills:
        return None
    payments = list(Payment.objects.filter(work_order=work_order).order_by("at", "id"))
    unbilled = not payments and not any(bill.is_issued for bill in bills)
    return {"bills": bills, "payments": payments, "account": account_of(work_order), "unbilled": unbilled}


def survey_panel(request: StaffRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """The survey's marks, and the opinions that were passed on."""
    response = SurveyResponse.objects.filter(work_order=work_order).first()
    passed_on = Opinion.objects.filter(work_order=work_order).exclude(state="withdrawn")
    opinions = list(passed_on.select_related("question").order_by("at"))
    if response is None and not opinions:
        return None
    answers = response.answers.select_related("question").order_by("question__position") if response else []
    return {"response": response, "answers": list(answers), "opinions": opinions}


def next_steps(request: StaffRequest, work_order: WorkOrder) -> list[registry.Action]:
    """What is next in chapters 5 and 6, by role."""
    if work_order.stage == Stage.PREPARATION:
        wash, bill = (reverse(f"delivery:{name}", args=[work_order.pk]) for name in ("wash", "bill"))
        ready = reverse("delivery:handover", args=[work_order.pk])
        return [
            registry.Action(_("Clean the car"), wash, frozenset({Role.DETAILER.value}), order=50),
            registry.Action(_("Bill"), bill, frozenset({Role.CASHIER.value, Role.MANAGER.value}), order=51),
            registry.Action(_("Prepare the handover"), ready, frozenset({Role.ADVISOR.value}), order=52),
        ]
    if work_order.stage == Stage.READY:
        url = reverse("delivery:handover", args=[work_order.pk])
        bill = reverse("delivery:bill", args=[work_order.pk])
        told = [event for event in work_order.happened("pickup.notified") if event.at >= work_order.stage_since]
        label = _("Hand over") if told else _("Notify the customer")
        return [
            registry.Action(label, url, frozenset({Role.ADVISOR.value, Role.MANAGER.value}), order=60),
            registry.Action(_("Take payment"), bill, frozenset({Role.CASHIER.value}), order=61),
        ]
    if work_order.stage == Stage.DELIVERED and not work_order.happened("survey.invited"):
        url = reverse("delivery:handover", args=[work_order.pk])
        return [registry.Action(_("Invite to the survey"), url, frozenset({Role.ADVISOR.value}), order=70)]
    return []
