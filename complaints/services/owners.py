"""Whose a complaint is. The person it concerns is never asked; with nobody else in the department it goes to the manager."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from complaints.models import Complaint, Layer
from servicedesk.catalogue.models import ComplaintCategory
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Membership, ServiceCentre, User
from servicedesk.staff.repeats import Reason
from servicedesk.staff.roles import Role
from servicedesk.workorders.models import WorkOrder


def pick_owner(
    centre: ServiceCentre,
    category: ComplaintCategory,
    layer: int,
    *,
    concerning: User | None,
    work_order: WorkOrder | None,
) -> tuple[User | None, str]:
    """(owner, role) for a complaint at `layer`: the least busy of the role, else the next one up."""
    final = Q(final_say=True)
    ladder: list[tuple[str, Q]] = [(Role.MANAGER.value, Q(final_say=False)), (Role.MANAGER.value, Q())]
    if layer == Layer.GENERAL_MANAGER or category.owner_final_say:
        ladder = [(Role.MANAGER.value, final), (Role.MANAGER.value, Q())]
    elif layer == Layer.DEPARTMENT:
        ladder = [(category.owner_role, Q(final_say=False)), *ladder]
    barred = {concerning.pk} if concerning else set()
    if work_order is not None and category.owner_role == Role.ADVISOR:
        barred.add(work_order.advisor_id)
    for role, condition in ladder:
        people = Membership.objects.filter(condition, centre=centre, role=role, user__is_active=True)
        found = (
            User.objects.filter(pk__in=people.values("user_id"))
            .exclude(pk__in=barred)
            .annotate(load=Count("complaints", filter=~Q(complaints__state="closed")))
            .order_by("load", "pk")
            .first()
        )
        if found:
            return found, role
    return None, Role.MANAGER.value


def why_not_handle(complaint: Complaint, by: Actor, *, agents: bool) -> list[Reason]:
    """Reasons why `by` may not deal with this complaint; `agents`: customer service may do this step at department level."""
    url = complaint.get_absolute_url()
    if by.user_id is not None and by.user_id == complaint.concerning_id:
        return [Reason(_("The complaint is about you; somebody else handles it."), url, "M8.2-a")]
    if by.user_id is not None and by.user_id == complaint.owner_id:
        return []
    held: list[Any] = list(
        Membership.objects.filter(
            user_id=by.user_id or 0, centre_id=complaint.centre_id, user__is_active=True
        ).values_list("role", "final_say")
    )
    roles = {role for role, _final in held}
    wanted = {Role.MANAGER.value}
    if complaint.layer == Layer.DEPARTMENT:
        wanted |= {complaint.owner_role} | ({Role.AGENT.value} if agents else set())
    outranked = complaint.layer == Layer.GENERAL_MANAGER and not any(final for _role, final in held)
    if roles & wanted and not (outranked and has_general_manager(complaint)):
        return []
    who = str(complaint.owner) if complaint.owner else str(Role(complaint.owner_role).label)
    return [Reason(_("This step belongs to: %(who)s.") % {"who": who}, url)]


def has_general_manager(complaint: Complaint) -> bool:
    """Whether somebody with the final say can deal with it; without one, a manager may."""
    people = Membership.objects.filter(
        centre_id=complaint.centre_id, role=Role.MANAGER, final_say=True, user__is_active=True
    )
    return people.exclude(user_id=complaint.concerning_id or 0).exists()
