"""The eight chapters of the manual by number, with the manual's own names. A leaf."""

from django.utils.translation import gettext_lazy as _

CHAPTERS = {
    1: _("Booking"),
    2: _("Reception"),
    3: _("Repair"),
    4: _("Quality"),
    5: _("Preparation"),
    6: _("Delivery"),
    7: _("Follow-up"),
    8: _("Complaints"),
}

CHAPTER_OF_STAGE = {
    "reception": 2,
    "authorised": 3,
    "repair": 3,
    "selfcheck": 4,
    "final": 4,
    "rework": 3,
    "preparation": 5,
    "ready": 6,
    "delivered": 7,
    "closed": 9,
    "cancelled": 9,
}
"""Stage value → chapter that has the car now; 9 when the visit is over. (A complaint may follow any visit.)"""
