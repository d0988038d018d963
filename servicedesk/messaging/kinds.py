"""The kinds of message there are. A kind is a set of templates, `templates/messages/<kind>.*`, and its words for staff.

`<kind>.html` is the letter, read twice: as HTML and as plain text (`templatetags/message_text.py`); `.subject.txt` its
subject; `.sms.txt` the matter of the text message. The head of the letter says which context it expects. Kinds that lead
to a page of a later room are registered there, in `AppConfig.ready`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Kind:
    """One kind: its name, when it is sent, its place in the list, and the public page it leads to without a signed link."""

    label: Any
    when: Any = ""
    order: int = 0
    page: str = ""  # name of a URL; for messages that anybody could have, so that no signed link is needed
    asks_consent: bool = False
    """Not part of a running visit: goes only to customers who agreed to be contacted afterwards."""

    def __str__(self) -> str:
        return str(self.label)


KINDS: dict[str, Kind] = {}


def register(
    kind: str, label: Any, *, when: Any = "", order: int = 0, page: str = "", asks_consent: bool = False
) -> None:
    """Add a kind of message. `order` sorts the list for managers: chapter × 100 and up."""
    KINDS[kind] = Kind(label, when, order, page, asks_consent)


def label_of(kind: str) -> Any:
    """What staff call a kind; a kind that is gone goes by its key."""
    return KINDS[kind].label if kind in KINDS else kind


for _order, (_kind, _label, _when) in enumerate(
    [
        (
            "appointment_received",
            _("Booking request received"),
            _("The customer has booked online; an advisor still confirms."),
        ),
        (
            "appointment_confirmed",
            _("Booking confirmation"),
            _("An advisor confirms a booking. With a calendar file."),
        ),
        (
            "appointment_alternatives",
            _("Other times offered"),
            _("The wished time does not suit, and an advisor offers others."),
        ),
        (
            "appointment_expired",
            _("Request not answered in time"),
            _("Nobody answered a request for as long as the centre's settings hold its place."),
        ),
        (
            "waitlist_joined",
            _("On the waiting list"),
            _("Somebody who found no time that suits is put on the waiting list."),
        ),
        (
            "waitlist_offer",
            _("A place has become free"),
            _("A time becomes possible for somebody on the waiting list. Held as long as the centre's settings say."),
        ),
        (
            "waitlist_over",
            _("No place became free"),
            _("The days somebody waited for are over."),
        ),
        (
            "appointment_reminder_day",
            _("Reminder, the day before"),
            _("A day before the agreed time, once, if it was agreed before that."),
        ),
        (
            "appointment_reminder_2h",
            _("Reminder, two hours before"),
            _(
                "Two hours before the agreed time (never before seven in the morning), once, if it was agreed before that."
            ),
        ),
        (
            "appointment_moved",
            _("Booking moved"),
            _("A confirmed booking gets another time. The calendar file replaces the one before."),
        ),
        (
            "appointment_cancelled",
            _("Booking cancelled"),
            _("The customer or an advisor cancels. The calendar file takes the appointment out again."),
        ),
        (
            "appointment_missed",
            _("Customer did not come"),
            _("The car did not come within the minutes of the centre's settings, or an advisor records it."),
        ),
        (
            "inspection_to_confirm",
            _("Inspection to confirm"),
            _("A customer leaves without signing the inspection; once more when it waits as long as an estimate may."),
        ),
        ("estimate_approval", _("Estimate to approve"), _("An advisor sends the estimate.")),
        (
            "estimate_reminder",
            _("Estimate not answered"),
            _(
                "The estimate has waited for as many opening minutes as the centre's settings say; once, while the centre is open."
            ),
        ),
        ("estimate_recorded", _("Decision recorded"), _("The customer has decided, by whatever way.")),
        ("promise_moved", _("New promised time"), _("An advisor moves the promised delivery time.")),
        ("parts_arrived", _("Parts have arrived"), _("For customers who wait for parts. Not in use.")),
        (
            "pickup_ready",
            pgettext_lazy("message", "Ready for pickup"),
            _("An advisor tells the customer that the car is ready."),
        ),
        ("payment_receipt", _("Payment receipt"), _("A payment is taken.")),
        ("refund_receipt", _("Refund receipt"), _("A payment is given back.")),
        ("delivered_papers", _("Papers of the visit"), _("The car is handed over. With the bill as PDF.")),
        ("survey_invitation", _("Survey invitation"), _("An advisor invites the customer to the survey.")),
        (
            "followup_questions",
            _("Follow-up in writing"),
            _("For follow-up by e-mail or text message. Not in use."),
        ),
        (
            "followup_sorry_missed_you",
            _("Follow-up: not reached"),
            _("Customer service has tried three times and reached nobody."),
        ),
        ("issue_solved", _("Problem solved"), _("Customer service closes a problem that a department has solved.")),
        (
            "complaint_received",
            _("Complaint received"),
            _("A complaint is taken, with the time our answer is promised by."),
        ),
        (
            "complaint_progress",
            _("Complaint: looked into"),
            _("The cause is recorded for the first time, unless the answer goes out within a quarter of an hour."),
        ),
        ("complaint_answer", _("Answer to a complaint"), _("The answer is sent, to be accepted or not.")),
        (
            "complaint_escalated",
            _("Complaint raised a level"),
            _("The promised answer is late, or the complainant does not accept it."),
        ),
        ("complaint_decision", _("Complaint: answer accepted"), _("The complainant accepts the answer.")),
        (
            "complaint_check",
            _("Complaint: a week later"),
            _("A week after the remedy. Not in use."),
        ),
        ("new_link", _("New link"), _("A customer asks for a new link because the old one has expired.")),
    ]
):
    register(_kind, _label, when=_when, order=100 + 10 * _order)
register(
    "survey_reminder",
    _("Survey reminder"),
    when=_("Two days after the invitation, once, while the centre is open."),
    order=KINDS["survey_invitation"].order + 1,
    asks_consent=True,
)
