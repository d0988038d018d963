"""The verbs of follow-up: plan the calls, record them, pass problems on, solve, close, remind (M7.1, M7.2)."""

from followup.services.closing import close_if_settled, close_visit
from followup.services.contacts import FollowUpRefused, Said, record_contact
from followup.services.overdue import escalate, plan_what_waits
from followup.services.planning import open_plan, plan_calls
from followup.services.problems import NewProblem, ProblemRefused, close_problem, solve
from followup.services.reminders import remind_of_deferred

__all__ = [
    "FollowUpRefused",
    "NewProblem",
    "ProblemRefused",
    "Said",
    "close_if_settled",
    "close_problem",
    "close_visit",
    "escalate",
    "open_plan",
    "plan_calls",
    "plan_what_waits",
    "record_contact",
    "remind_of_deferred",
    "solve",
]
