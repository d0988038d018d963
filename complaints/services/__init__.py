"""The verbs of chapter 8: take, investigate, answer, record the decision, close; and going up a level."""

from complaints.services.escalation import escalate_overdue
from complaints.services.handling import Findings, add_note, answer, close, investigate, record_decision
from complaints.services.taking import PURPOSE, ComplaintRefused, Told, take

__all__ = [
    "PURPOSE",
    "ComplaintRefused",
    "Findings",
    "Told",
    "add_note",
    "answer",
    "close",
    "escalate_overdue",
    "investigate",
    "record_decision",
    "take",
]
