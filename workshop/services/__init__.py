"""The verbs of chapter 3, by what they are about."""

from workshop.services.assigning import assign, look_at_progress
from workshop.services.findings import propose_from_finding, report_finding, settle_finding
from workshop.services.jobs import Fault, WorkRefused, open_jobs, open_rework
from workshop.services.work import acknowledge, begin, finish, pause, record_readings, start, to_self_check

__all__ = [
    "Fault",
    "WorkRefused",
    "acknowledge",
    "assign",
    "begin",
    "finish",
    "look_at_progress",
    "open_jobs",
    "open_rework",
    "pause",
    "propose_from_finding",
    "record_readings",
    "report_finding",
    "settle_finding",
    "start",
    "to_self_check",
]
