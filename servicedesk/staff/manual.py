"""The manual's duties by id, in a line each: what the conformance page prints and docs/clauses.md lists.

"M3.1-b" is the second duty of chapter 3, section 1. A leaf: it imports nothing of ours.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CLAUSES = {
    "M1.1-a": _("Customers book by telephone, online or on site"),
    "M1.1-b": _("By telephone: vehicle, fault and wished time are taken"),
    "M1.1-c": _("Online: the customer fills in the booking form"),
    "M1.1-d": _("On site: the advisor books while receiving the customer"),
    "M1.1-e": _("Every booking is recorded at once"),
    "M1.2-a": _("Time, services and estimated cost are confirmed promptly"),
    "M1.2-b": _("If the time does not suit, another is negotiated"),
    "M1.2-c": _("The confirmation is sent: number, time, place"),
    "M2.1-a": _("The customer is greeted and the purpose checked against the booking"),
    "M2.1-b": _("Without a booking the need is taken as capacity allows"),
    "M2.1-c": _("What the customer says is recorded word for word"),
    "M2.2-a": _("Advisor and customer inspect the car together"),
    "M2.2-b": _("The customer confirms the result of the inspection"),
    "M2.2-c": _("Problems are recorded and repair is proposed"),
    "M3.1-a": _("The supervisor assigns jobs by the inspection's result"),
    "M3.1-b": _("Skill and workload are weighed"),
    "M3.1-c": _("The technician reads the work order and confirms it"),
    "M3.2-a": _("The supervisor looks at the progress at intervals"),
    "M3.2-b": _("Key data are recorded as the work goes"),
    "M3.2-c": _("New problems are reported at once and the plan adjusted"),
    "M4.1-a": _("Technicians check their own work"),
    "M4.1-b": _("The technician signs the self-check report"),
    "M4.2-a": _("An inspector re-checks the work and tests the car"),
    "M4.2-b": _("The final inspection report is filled in by another person"),
    "M4.2-c": _("What fails goes back to the technician at once"),
    "M5.1-a": _("The car is cleaned: outside, inside, tyres"),
    "M5.1-b": _("Somebody confirms that it is clean and tidy"),
    "M5.2-a": _("The cost follows the work order and the work done"),
    "M5.2-b": _("Items, parts and labour are listed, differences explained"),
    "M5.2-c": _("The itemised bill is ready and settled at delivery"),
    "M6.1-a": _("The customer is told that the car is ready"),
    "M6.1-b": _("Work and result are explained; the customer accepts"),
    "M6.1-c": _("The car is handed over with papers and invoice"),
    "M6.2-a": _("The customer is invited to the survey"),
    "M6.2-b": _("Opinions are recorded and passed on"),
    "M7.1-a": _("Customer service follows up within a set time"),
    "M7.1-b": _("The time follows the repair; as a rule within a week"),
    "M7.1-c": _("By telephone, text message or e-mail"),
    "M7.2-a": _("Feedback is recorded in detail"),
    "M7.2-b": _("Problems are passed on and tracked to the end"),
    "M8.1-a": _("The complaint is received courteously and recorded"),
    "M8.1-b": _("Name, contact, matter and reason are on record"),
    "M8.1-c": _("An apology and a promised time for the answer"),
    "M8.2-a": _("Cause, responsibility and remedy are investigated"),
    "M8.2-b": _("The result is fed back in time and the answer recorded"),
    "M8.2-c": _("Closed only with that word; otherwise it is escalated"),
    "M8.2-d": _("Causes are counted and reviewed"),
}
