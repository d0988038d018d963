"""Named selections of bookings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.utils.translation import get_language

from servicedesk.catalogue.names import suffix_of
from servicedesk.clock import now
from servicedesk.staff.models import ServiceCentre
from servicedesk.staff.querysets import CentreScoped

EXPECTED = ("requested", "proposed", "confirmed")
NO_TIME = ("waiting", "expired", "cancelled")
"""Bookings that wait for a time, or no longer have one."""


@dataclass(frozen=True)
class Attendance:
    """How a customer keeps his bookings: of so many that came to their time, so many he did not come to."""

    missed: int
    of: int


class Appointments(CentreScoped):
    """Selections of bookings."""

    def unanswered(self) -> Appointments:
        """Requests that no advisor has answered, the longest waiting first."""
        return self.filter(state="requested").order_by("requested_at", "id")

    def negotiated(self) -> Appointments:
        """Bookings whose customers have other times before them, the longest waiting first."""
        return self.filter(state="proposed").order_by("requested_at", "id")

    def waiting(self) -> Appointments:
        """On the waiting list without a time, the longest waiting first."""
        return self.filter(state="waiting").order_by("requested_at", "id")

    def expected(self) -> Appointments:
        """Requested, being negotiated, or confirmed: the car may still come."""
        return self.filter(state__in=EXPECTED)

    def open(self) -> Appointments:
        """Expected, or waiting for a time."""
        return self.filter(state__in=(*EXPECTED, "waiting"))

    def attendance(self) -> Attendance:
        """How many of these bookings were not kept, of those whose time came: arrived or not. One query."""
        told = self.filter(state__in=("arrived", "no_show")).aggregate(
            missed=Count("pk", filter=Q(state="no_show")), of=Count("pk")
        )
        return Attendance(**told)

    def with_attendance(self, user: Any) -> Appointments:
        """With `attended` and `missed`: how often the customer came to his bookings at `user`'s centres, and did not."""
        own = self.model._default_manager.filter(customer=OuterRef("customer"), centre__in=user.centre_ids())

        def times(state: str) -> Subquery:
            counted = own.filter(state=state).order_by().values("customer").annotate(times=Count("pk"))
            return Subquery(counted.values("times"))

        return self.annotate(attended=times("arrived"), missed=times("no_show"))

    def late(self, centre: ServiceCentre) -> Appointments:
        """Confirmed at this centre, past their time by its minutes, and not come yet; the longest late first."""
        due = now() - centre.late_after
        return self.filter(centre=centre, state="confirmed", starts_at__lt=due).order_by("starts_at", "id")

    def given_up(self, centre: ServiceCentre, since: dt.datetime) -> Appointments:
        """Did not come, or were not answered, since then, and whose car has no other booking; the newest first."""
        others: Appointments = self.model._default_manager.filter(vehicle=OuterRef("vehicle"))  # type: ignore[assignment]
        again = others.filter(requested_at__gt=OuterRef("ended_at"))
        ahead = others.open()
        rows = self.filter(~Exists(again), ~Exists(ahead), centre=centre, state__in=("no_show", "expired"))
        return rows.filter(ended_at__gte=since).order_by("-ended_at", "-id")

    def may_arrive_today(self, centre: ServiceCentre) -> Appointments:
        """Today's bookings of this centre whose car has not come: expected, or given up and still welcome; by time."""
        return self.on_day(centre, centre.today()).filter(state__in=(*EXPECTED, "no_show"))

    def on_day(self, centre: ServiceCentre, date: dt.date) -> Appointments:
        """Bookings of one day of the centre's calendar, by time; those that hold no time left out."""
        midnight = centre.at(date, dt.time())
        return (
            self.filter(centre=centre, starts_at__gte=midnight, starts_at__lt=midnight + dt.timedelta(days=1))
            .exclude(state__in=NO_TIME)
            .order_by("starts_at", "id")
        )

    def for_rows(self) -> Appointments:
        """With what a list row shows: car, customer, centre, visit and the booked services."""
        from appointments.models import AppointmentItem

        items = AppointmentItem.objects.select_related("operation").order_by("position", "id")
        return self.select_related("vehicle", "customer", "centre", "work_order", "confirmed_by").prefetch_related(
            Prefetch("items", queryset=items)
        )

    def for_cards(self) -> Appointments:
        """The same for short lists in one query: `service_names` in the active language, `answer_due` of the promise."""
        from appointments.models import AppointmentItem
        from servicedesk.workorders.models import Promise

        items = AppointmentItem.objects.filter(appointment=OuterRef("pk")).order_by("position", "pk")
        answer = Promise.objects.pending().filter(
            kind=Promise.Kind.BOOKING_ANSWER, target_kind="appointments.appointment", target_id=OuterRef("pk")
        )
        return self.select_related("vehicle", "customer", "centre").annotate(
            service_names=ArraySubquery(items.values(f"operation__name_{suffix_of(get_language())}")),
            answer_due=Subquery(answer.values("due_at")[:1]),
        )
