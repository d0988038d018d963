"""The kinds of message there are. A kind is a set of templates, `templates/messages/<kind>.*`, and a label for staff.

Chapters that add a kind register it in `AppConfig.ready`; the templates of the visit's one path are listed here. The
head of each template says which context it expects.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Any] = {
    "appointment_received": _("Booking request received"),
    "appointment_confirmed": _("Booking confirmation"),
    "inspection_to_confirm": _("Inspection to confirm"),
    "estimate_approval": _("Estimate to approve"),
    "estimate_recorded": _("Decision recorded"),
    "promise_moved": _("New promised time"),
    "pickup_ready": _("Ready for pickup"),
    "payment_receipt": _("Payment receipt"),
    "delivered_papers": _("Papers of the visit"),
    "survey_invitation": _("Survey invitation"),
    "followup_sorry_missed_you": _("Follow-up: not reached"),
    "issue_solved": _("Problem solved"),
    "complaint_received": _("Complaint received"),
    "complaint_answer": _("Answer to a complaint"),
    "new_link": _("New link"),
}


def register(kind: str, label: Any) -> None:
    """Add a kind of message."""
    KINDS[kind] = label
