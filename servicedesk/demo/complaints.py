"""Chapter 8 of a demonstration visit: a complaint from its taking to wherever the script lets it stand."""

from __future__ import annotations

import datetime as dt

from complaints import services
from complaints.models import Complaint, ComplaintState
from servicedesk.demo.visit import Acts, Visit
from servicedesk.demo.words import complaint as words_of
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import Membership
from servicedesk.staff.roles import Role

CONTENT = "CP-10"
"""A category whose complainant says that it is all right now."""
AFTER_MINUTES = 900
"""Opening minutes between the handover and a complaint, unless the script names the moment."""


def story(v: Visit, since: dt.datetime) -> Acts:
    """`v.script.complaint` is "category:end"; ends: closed, open, investigated, answered, not_accepted, overdue."""
    category, _colon, end = v.script.complaint.partition(":")
    taken_at = v.hours.forward(since, AFTER_MINUTES)
    back = {"open": "due_soon", "investigated": "due_later", "not_accepted": "yesterday", "overdue": "long_ago"}.get(
        end
    )
    if back:
        taken_at = max(v.hours.forward(since, 30), moment_of(v, back))
    yield taken_at
    row = take(v, category)
    if end == "open":
        return
    if end == "overdue":
        yield row.answer_due_at + dt.timedelta(minutes=1)
        services.escalate_overdue()
        return
    taken_at = v.hours.forward(taken_at, 60 if end == "not_accepted" else v.chance.uniform(90, 160))
    yield taken_at
    investigate(v, row, category)
    if end == "investigated":
        return
    taken_at = v.hours.forward(taken_at, 45)
    yield taken_at
    answer(v, row, category)
    if end == "answered":
        return
    taken_at = v.hours.forward(taken_at, 100)
    yield taken_at
    accepted, words = end != "not_accepted", words_of(category, v.language)[9]
    services.record_decision(row, by=v.cast.by(Role.AGENT), accepted=accepted, words=words, how="phone")
    if not accepted:
        return
    yield v.hours.forward(taken_at, 40)
    services.close(row, by=v.cast.by(Role.AGENT))


def moment_of(v: Visit, when: str) -> dt.datetime:
    """When a complaint is taken that must stand at its point today."""
    minutes = {"due_soon": 8 * 60 - 55, "due_later": 150, "yesterday": 9 * 60, "long_ago": 22 * 60}[when]
    return v.hours.back(v.present, minutes)


def take(v: Visit, category: str) -> Complaint:
    """Customer service listens, apologises and promises an answer."""
    matter, reason, wish = words_of(category, v.language)[:3]
    told = services.Told(
        complainant=v.customer.name,
        contact=v.customer.phone_text or v.customer.email,
        matter=matter,
        reason=reason,
        wish=wish,
        source=v.chance.choice(("phone", "phone", "site", "email")),
    )
    return services.take(
        by=v.cast.by(Role.AGENT),
        centre=v.cast.centre,
        customer=v.customer,
        category=v.cast.categories[category],
        told=told,
        apologised=True,
        work_order=v.fresh(),
    )


def owner_of(row: Complaint) -> Actor:
    """Whose the case is now; with nobody named, the manager's."""
    row.refresh_from_db()
    if row.owner:
        return Actor.of(row.owner)
    member = Membership.objects.filter(centre=row.centre_id, role=Role.MANAGER).select_related("user")
    return Actor.of(member.order_by("-final_say", "pk")[0].user)


def investigate(v: Visit, row: Complaint, category: str) -> None:
    """Cause, responsibility, remedy, and what keeps it from happening again."""
    kind, cause, responsibility, remedy, prevention = words_of(category, v.house)[3:8]
    findings = services.Findings(kind, cause, responsibility, remedy, prevention)
    services.investigate(row, by=owner_of(row), findings=findings)


def answer(v: Visit, row: Complaint, category: str) -> None:
    """The answer in the complainant's language."""
    services.answer(row, by=owner_of(row), text=words_of(category, v.language)[8])


def to_the_end(v: Visit, row: Complaint, moment: dt.datetime) -> Acts:
    """Bring an open case of an earlier day to its end."""
    category = row.category.code
    if row.is_unanswered:
        yield moment
        if row.investigated_at is None:
            investigate(v, row, category)
        moment = v.hours.forward(moment, 40)
        yield moment
        answer(v, row, category)
        row.refresh_from_db()
    if row.state == ComplaintState.ANSWERED:
        moment = v.hours.forward(moment, 120)
        yield moment
        decided = words_of(CONTENT, v.language)[9]
        services.record_decision(row, by=v.cast.by(Role.AGENT), accepted=True, words=decided, how="phone")
        row.refresh_from_db()
    if row.state == ComplaintState.ACCEPTED:
        yield v.hours.forward(moment, 30)
        services.close(row, by=v.cast.by(Role.AGENT))
