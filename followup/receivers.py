"""What follow-up does when a visit enters a stage, what it asks before the visit closes, and its due work."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import ProblemState
from followup.querysets import calls_of, unsettled_problems
from followup.services.overdue import escalate, plan_what_waits
from followup.services.planning import open_plan
from followup.services.reminders import remind_of_deferred
from servicedesk import registry
from servicedesk.messaging import kinds
from servicedesk.staff.roles import Role
from servicedesk.workorders.gates import Requirement, gate
from servicedesk.workorders.models import WorkOrder
from servicedesk.workorders.stages import Stage
from servicedesk.workorders.transitions import on_enter


def register() -> None:
    """Hook into the stages and the sweep; the gate below registers itself."""
    on_enter(Stage.DELIVERED, open_plan, order=10)
    registry.sweeps.register(registry.Sweep("follow-ups to plan", plan_what_waits, order=10))
    registry.sweeps.register(registry.Sweep("follow-ups overdue", escalate, order=20))
    registry.sweeps.register(registry.Sweep("put-off work", remind_of_deferred, order=40))
    kinds.register(
        "declined_reminder",
        gettext_lazy("Work put off"),
        when=gettext_lazy("Two weeks before the day the work was put off to, once, while the centre is open."),
        order=500,
        page="appointments:book",
        asks_consent=True,
    )
    kinds.register(
        "next_service",
        gettext_lazy("Next service"),
        when=gettext_lazy("For customers whose next service is near. Not in use."),
        order=510,
        page="appointments:book",
        asks_consent=True,
    )


@gate(Stage.CLOSED, order=10)
def called_and_content(work_order: WorkOrder) -> list[Requirement]:
    """Closed: the first call has an outcome, and every problem is solved and told."""
    call = next((call for call in work_order.once(calls_of) if call.sequence == 1), None)
    url = call.get_absolute_url() if call else reverse("followup:desk")
    problems = work_order.once(unsettled_problems)
    asked = [
        Requirement(
            bool(call and not call.is_waiting), _("First follow-up has an outcome"), "M7.1-a", url, Role.AGENT.value
        )
    ]
    if not problems:
        asked.append(Requirement(True, _("No problem is open"), "M7.2-b"))
    for problem in problems:
        solved = problem.state == ProblemState.SOLVED
        text = _("Tell the customer: %(problem)s") if solved else _("Problem to solve: %(problem)s")
        asked.append(
            Requirement(
                False,
                text % {"problem": problem.text[:80]},
                "M7.2-b",
                problem.get_absolute_url(),
                Role.AGENT.value if solved else problem.department,
            )
        )
    return asked
