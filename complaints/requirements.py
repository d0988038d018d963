"""What must be on record before a case closes (M8.2-c): the page's gate panel and the closing service read this."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.models import Complaint, Decision
from servicedesk.staff.roles import Role
from servicedesk.workorders.gates import Requirement


def to_close(complaint: Complaint) -> list[Requirement]:
    """Requirements for closing, met or not, in the order of the process."""
    url = complaint.get_absolute_url()
    owner, agent = str(Role(complaint.owner_role).label), str(Role.AGENT.label)
    found = complaint.investigated_at is not None
    return [
        Requirement(complaint.apologised_at is not None, _("Apology given and answer promised"), "M8.1-c", url, agent),
        Requirement(
            complaint.owner_id is None or complaint.owner_id != complaint.concerning_id,
            _("Not handled by the person complained about"),
            "M8.2-a",
            url,
            str(Role.MANAGER.label),
        ),
        Requirement(found, _("Cause, responsibility and remedy recorded"), "M8.2-a", f"{url}#investigate", owner),
        Requirement(
            bool(found and complaint.prevention),
            _("What keeps it from happening again"),
            "M8.2-d",
            f"{url}#investigate",
            owner,
        ),
        Requirement(
            complaint.answered_at is not None, _("Answer given to the complainant"), "M8.2-b", f"{url}#answer", owner
        ),
        Requirement(
            complaint.decision == Decision.ACCEPTED,
            _("Accepted by the complainant"),
            "M8.2-c",
            f"{url}#decision",
            agent,
        ),
    ]
