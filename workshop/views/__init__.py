"""Pages of chapter 3: the supervisor's board, the technician's phone, what was found."""

from workshop.views.findings import finding, settle
from workshop.views.supervisor import assign, board, board_fragment, day_sheet, index, look
from workshop.views.technician import finish, job, my_jobs, pause, read, readings, report, start, to_self_check

__all__ = [
    "assign",
    "board",
    "board_fragment",
    "day_sheet",
    "finding",
    "finish",
    "index",
    "job",
    "look",
    "my_jobs",
    "pause",
    "read",
    "readings",
    "report",
    "settle",
    "start",
    "to_self_check",
]
