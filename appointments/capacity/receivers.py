"""Keeps the days' hours true: each minute for the cars in the house, and at once when rosters, absences or hours change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext as _

from appointments.capacity import house, ledger
from servicedesk import registry
from servicedesk.staff.models import (
    Absence,
    Bay,
    Certificate,
    ClosedDay,
    Membership,
    OpeningHours,
    ServiceCentre,
    Shift,
    User,
)
from servicedesk.staff.roles import Role

OF_A_CENTRE = (Shift, Membership, OpeningHours, ClosedDay, Bay)
OF_A_PERSON = (Absence, Certificate)


def register() -> None:
    """Listen to what changes a day's hours, and offer the sweep and the check."""
    for model in (*OF_A_CENTRE, *OF_A_PERSON, User):
        for signal in (post_save, post_delete):
            signal.connect(_changed, sender=model, dispatch_uid=f"capacity {model.__name__} {signal is post_save}")
    registry.sweeps.register(registry.Sweep("hours of the coming days", house.sweep))
    registry.checks.register(registry.Check("held hours belong to expected bookings", hours_are_right))


def _changed(
    instance: Model, created: bool = False, update_fields: Iterable[str] | None = None, **_kwargs: Any
) -> None:
    if isinstance(instance, User) and (
        created or (update_fields and not {"skill_level", "is_active"} & set(update_fields))
    ):
        return
    for centre in _centres_of(instance):
        ledger.refresh(centre, why=_why(instance))


def _centres_of(instance: Any) -> Iterable[ServiceCentre]:
    if isinstance(instance, OF_A_CENTRE):
        return [instance.centre]
    person = instance.pk if isinstance(instance, User) else instance.user_id
    works = ServiceCentre.objects.filter(memberships__user=person, memberships__role=Role.TECHNICIAN)
    return works.distinct().order_by("pk")


def _why(instance: Any) -> str:
    if isinstance(instance, Absence):
        return _("%(name)s is absent: %(cause)s") % {"name": instance.user, "cause": instance.cause or "—"}
    return _("%(what)s changed") % {"what": instance._meta.verbose_name}


def hours_are_right() -> list[str]:
    """What is booked of a day is the sum of what is held, and only expected bookings and open offers hold hours."""
    sql = """
        SELECT l.date || ' ' || l.need || ': ' || l.booked || ' h booked, ' || coalesce(sum(h.hours), 0) || ' h held'
        FROM appointments_dayload l LEFT JOIN appointments_loadhold h ON h.load_id = l.id
        GROUP BY l.id HAVING l.booked <> coalesce(sum(h.hours), 0)
        UNION ALL
        SELECT 'booking ' || a.number || ': is ' || a.state || ' but holds hours' FROM appointments_appointment a
        JOIN appointments_loadhold h ON h.appointment_id = a.id
        WHERE a.state NOT IN ('requested', 'proposed', 'confirmed')
        UNION ALL
        SELECT 'booking ' || a.number || ': a time that is no longer on offer holds hours'
        FROM appointments_timeoffer o JOIN appointments_appointment a ON a.id = o.appointment_id
        JOIN appointments_loadhold h ON h.offer_id = o.id WHERE o.state <> 'open'
    """
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
