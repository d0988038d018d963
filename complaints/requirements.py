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
    apologised, answered = complaint.apologised_at is not None, complaint.answered_at is not None
    apart = complaint.owner_id is None or complaint.owner_id != complaint.concerning_id
    prevented, accepted = bool(found and complaint.prevention), complaint.decision == Decision.ACCEPTED
    return [
        Requirement(
            apologised,
            _("Apology given and answer promised")
            if apologised
            else _("No apology and promised time are recorded yet"),
            "M8.1-c",
            url,
            agent,
        ),
        Requirement(
            apart,
            _("Not handled by the person complained about")
            if apart
            else _("The person complained about still handles the case"),
            "M8.2-a",
            url,
            str(Role.MANAGER.label),
        ),
        Requirement(
            found,
            _("Cause, responsibility and remedy recorded")
            if found
            else _("Cause, responsibility and remedy are not recorded yet"),
            "M8.2-a",
            f"{url}#investigate",
            owner,
        ),
        Requirement(
            prevented,
            _("Prevention recorded") if prevented else _("What keeps it from happening again is not recorded yet"),
            "M8.2-d",
            f"{url}#investigate",
            owner,
        ),
        Requirement(
            answered,
            _("Answer given to the complainant") if answered else _("The complainant has not been answered yet"),
            "M8.2-b",
            f"{url}#answer",
            owner,
        ),
        Requirement(
            accepted,
            _("Accepted by the complainant") if accepted else _("The complainant has not accepted yet"),
            "M8.2-c",
            f"{url}#decision",
            agent,
        ),
    ]
