"""Indicators that need only the central model, and all of them for a period; the chapters add theirs."""

from __future__ import annotations

import datetime as dt
from operator import itemgetter
from typing import Any

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.workorders.models import WorkOrder


def of_period(
    centres: list[int], since: dt.datetime, until: dt.datetime
) -> list[tuple[registry.Figure, tuple[Any, Any]]]:
    """Every registered figure with its numerator and denominator, in order. One query per `read`."""
    figures = list(registry.figures)
    found = registry.each_once((figure.read for figure in figures), centres, since, until)
    return [(figure, figure.pick(found[figure.read])) for figure in figures]


def visits(centres: list[int], since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    """Visits opened, and those of them that were booked; visits delivered, and those ready by the promised time."""
    opened, delivered = Q(opened_at__range=(since, until)), Q(delivered_at__range=(since, until))
    return WorkOrder.objects.filter(opened | delivered, centre__in=centres).aggregate(
        opened=Count("pk", filter=opened),
        booked=Count("pk", filter=opened & Q(source=WorkOrder.Source.BOOKING)),
        delivered=Count("pk", filter=delivered),
        on_time=Count("pk", filter=delivered & Q(ready_at__lte=F("promised_at"))),
    )


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.figures.register(
        registry.Figure(
            "appointment_rate",
            _("Appointment rate"),
            _("work orders that began as appointments / all work orders"),
            visits,
            target="60%",
            order=1,
            pick=itemgetter("booked", "opened"),
        )
    )
    registry.figures.register(
        registry.Figure(
            "on_time_delivery",
            _("On-time delivery rate"),
            _("work orders ready at or before promised time / work orders delivered"),
            visits,
            target="95%",
            order=3,
            pick=itemgetter("on_time", "delivered"),
        )
    )
