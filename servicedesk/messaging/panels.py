"""What the work order page shows of this room: what the customer was told about the visit."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from servicedesk.messaging.models import Message

MOST = 8


def visit_messages(request: HttpRequest, work_order: Any) -> dict[str, Any] | None:
    """Newest messages about a visit (any object with `number`, `full_number` and `centre`); one query. None without any."""
    rows = (
        Message.objects.filter(centre=work_order.centre, about__in=[work_order.number, work_order.full_number])
        .select_related("centre")
        .defer("context", "body", "html")
        .order_by("-pk")
    )
    messages = sorted(rows[:MOST], key=lambda message: message.sent_at or message.due_at, reverse=True)
    return {"sent_messages": messages} if messages else None
