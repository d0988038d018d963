"""Users, service centres, who works where, and when: what every chapter builds on."""

from servicedesk.staff.models.centres import Bay, ClosedDay, OpeningHours, Region, ServiceCentre
from servicedesk.staff.models.people import Absence, Certificate, CertificateKind, Membership, Shift, User
from servicedesk.staff.models.running import ClockOffset, HandledRequest

__all__ = [
    "Absence",
    "Bay",
    "Certificate",
    "CertificateKind",
    "ClockOffset",
    "ClosedDay",
    "HandledRequest",
    "Membership",
    "OpeningHours",
    "Region",
    "ServiceCentre",
    "Shift",
    "User",
]
