"""The conformance panel of the work order page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from servicedesk import registry
from servicedesk.insight import conformance
from servicedesk.workorders.models import WorkOrder


def context(request: HttpRequest, work_order: WorkOrder) -> dict[str, Any] | None:
    """Chapters with their score so far; nothing to show before any clause applies."""
    chapters = [row for row in conformance.by_chapter(work_order) if row.asked]
    return {"chapters": chapters} if chapters else None


def register() -> None:
    """Called once, from `AppConfig.ready`."""
    registry.panels.register(
        registry.Panel(
            "conformance", _("Process conformance"), "insight/_conformance.html", context, order=90, area="rail"
        )
    )
