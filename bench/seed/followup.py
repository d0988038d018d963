"""Chapter 7: the plan of the calls, the first call and what was said; it closes the visit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import Visit
from bench.seed.workorders import BY
from followup.models import Attempt, Feedback, FollowUp, FollowUpPlan
from servicedesk.catalogue.models import FollowUpRule

WORKER = ("system", "followup.plan", "followup.plan", NULL)
WINDOW_DAYS = 7


class FollowUps:
    """Rows of `followup`."""

    def __init__(self, world: Any, first: int, stride: int, orders: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.promises = orders.promises
        self.rules = {rule.work_class: rule for rule in FollowUpRule.objects.all()}
        self.plans = table(FollowUpPlan, "work_order_id rule_id created_at planned_at")
        self.calls = table(
            FollowUp, "work_order_id centre_id rule_id opens_at due_at next_at state agent_id settled_at", sequence=1
        )
        self.attempts = table(Attempt, f"followup_id at {BY}", channel="phone", outcome="reached")
        self.feedback = table(Feedback, "attempt_id followup_id repair_quality service", runs_well=True)
        self.tables = [self.plans, self.calls, self.attempts, self.feedback]

    def write(self, visit: Visit) -> None:
        """Plan the first call of a delivered visit; of a closed one, also make it."""
        if visit.rank < 8:
            return
        rule, agent, handed = self.rules[visit.recipe.work_class], visit.centre.one("agent", visit.n), visit.delivered
        opens, due = visit.at(handed + 60), visit.at(handed) + dt.timedelta(days=WINDOW_DAYS)
        self.plans.add(visit.id, rule.pk, visit.at(handed), visit.at(handed + 1))
        call = self.calls.add(
            visit.id,
            visit.centre.id,
            rule.pk,
            opens,
            due,
            due,
            "done" if visit.closed else "scheduled",
            agent[3],
            visit.closed or NULL,
        )
        self.promises.add(
            visit.centre.id,
            visit.id,
            "follow_up",
            "followup.followup",
            call,
            visit.full_number,
            f"/follow-up/calls/{call}/",
            agent[3],
            "agent",
            visit.at(handed + 1),
            due,
            visit.closed or NULL,
            *WORKER,
        )
        data = f'{{"calls": 1, "due": "{due.isoformat()}", "rule": "{rule.code}"}}'
        visit.event(handed + 1, "followup.planned", WORKER, data)
        if not visit.closed:
            return
        attempt = self.attempts.add(call, visit.closed, *agent)
        self.feedback.add(attempt, call, 5 - visit.n % 2, 5 - visit.n % 3 // 2)
        visit.events.append((visit.closed, "followup.reached", agent, '{"channel": "phone", "sequence": 1}'))
        visit.events.append((visit.closed, "stage", agent, '{"from": "delivered", "to": "closed"}'))
