"""Chapter 7: the plan of the calls, the first call and what was said; it closes the visit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bench.seed.table import NULL, Table
from bench.seed.visit import Visit
from bench.seed.workorders import BY
from followup.models import Attempt, Feedback, FollowUp, FollowUpPlan, Problem
from servicedesk.catalogue.models import FollowUpRule

WORKER = ("system", "followup.plan", "followup.plan", NULL)
WINDOW_DAYS = 7


class FollowUps:
    """Rows of `followup`."""

    def __init__(self, world: Any, first: int, stride: int, orders: Any) -> None:
        def table(model: Any, varying: str, **constants: Any) -> Table:
            return Table(model, varying, first=first, stride=stride, **constants)

        self.world, self.promises = world, orders.promises
        self.rules = {rule.work_class: rule for rule in FollowUpRule.objects.all()}
        self.plans = table(FollowUpPlan, "work_order_id rule_id created_at planned_at")
        self.calls = table(
            FollowUp, "work_order_id centre_id rule_id opens_at due_at next_at state agent_id settled_at", sequence=1
        )
        self.attempts = table(Attempt, f"followup_id at {BY}", channel="phone", outcome="reached")
        self.feedback = table(Feedback, "attempt_id followup_id runs_well repair_quality service")
        self.problems = table(
            Problem,
            f"work_order_id centre_id followup_id reported_at due_at {BY}",
            text="低速轉彎時還有異音。",
            department="supervisor",
        )
        self.tables = [self.plans, self.calls, self.attempts, self.feedback, self.problems]

    def write(self, visit: Visit) -> None:
        """Plan the first call of a delivered visit; of a closed one, also make it. Some still wait for a solution."""
        if visit.rank < 8:
            return
        rule, agent, handed = self.rules[visit.recipe.work_class], visit.centre.one("agent", visit.n), visit.delivered
        called = visit.closed or visit.at(handed + 60 * 22)
        troubled = not visit.closed and visit.n % 3 == 0 and called < self.world.now
        opens, due = visit.at(handed + 60), visit.at(handed) + dt.timedelta(days=WINDOW_DAYS)
        self.plans.add(visit.id, rule.pk, visit.at(handed), visit.at(handed + 1))
        call = self.calls.add(
            visit.id,
            visit.centre.id,
            rule.pk,
            opens,
            due,
            due,
            "done" if visit.closed else "issue_open" if troubled else "scheduled",
            agent[3],
            called if visit.closed or troubled else NULL,
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
            called if visit.closed or troubled else NULL,
            *WORKER,
        )
        data = f'{{"calls": 1, "due": "{due.isoformat()}", "rule": "{rule.code}"}}'
        visit.event(handed + 1, "followup.planned", WORKER, data)
        if not visit.closed and not troubled:
            return
        attempt = self.attempts.add(call, called, *agent)
        self.feedback.add(attempt, call, "f" if troubled else "t", 5 - visit.n % 2, 5 - visit.n % 3 // 2)
        visit.events.append((called, "followup.reached", agent, '{"channel": "phone", "sequence": 1}'))
        if troubled:
            self._pass_on(visit, call, called, agent)
        else:
            visit.events.append((called, "stage", agent, '{"from": "delivered", "to": "closed"}'))

    def _pass_on(self, visit: Visit, call: int, called: dt.datetime, agent: Any) -> None:
        due = called + dt.timedelta(days=1)
        problem = self.problems.add(visit.id, visit.centre.id, call, called, due, *agent)
        visit.events.append((called, "followup.problem", agent, '{"department": "supervisor"}'))
        self.promises.add(
            visit.centre.id,
            visit.id,
            "solution",
            "followup.problem",
            problem,
            visit.full_number,
            f"/follow-up/problems/{problem}/",
            NULL,
            "supervisor",
            called,
            due,
            NULL,
            *agent,
        )
