"""Indicators that need only the central model; the chapters add theirs."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.workorders.models import WorkOrder


def booked_share(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Visits that began as bookings, of all visits opened."""
    rows = WorkOrder.objects.filter(centre__in=centres, opened_at__range=(since, until))
    return rows.filter(source=WorkOrder.Source.BOOKING).count(), rows.count()


def on_time_share(centres: list[int], since: dt.datetime, until: dt.datetime) -> tuple[int, int]:
    """Visits ready at or before the promised time, of all delivered."""
    rows = WorkOrder.objects.filter(centre__in=centres, delivered_at__range=(since, until))
    return rows.filter(Q(ready_at__lte=F("promised_at"))).count(), rows.count()


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.figures.register(
        registry.Figure(
            "appointment_rate",
            _("Appointment rate"),
            _("work orders that began as appointments / all work orders"),
            booked_share,
            target="60%",
            order=1,
        )
    )
    registry.figures.register(
        registry.Figure(
            "on_time_delivery",
            _("On-time delivery rate"),
            _("work orders ready at or before promised time / work orders delivered"),
            on_time_share,
            target="95%",
            order=3,
        )
    )
