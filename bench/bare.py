"""The floor that our pages are held against: signed-in Django views over the same tables, and nothing of ours around them.

`gunicorn bench.bare` in a house's environment: session and user, one indexed query, a plain template, or one row written. No
menu, no language, no access rules, no look. `bench.compare` and `bench.booking` start it beside the real server and ask both
in turn.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")

import django
from django.conf import settings

TEMPLATES = {
    "text": "<!doctype html><title>Bare</title><p>{{ request.user.username }}",
    "list": """<!doctype html><title>Visits</title><table>{% for visit in visits %}
<tr><td><a href="/open/{{ visit.pk }}">{{ visit.vehicle.plate }}</a><td>{{ visit.customer.name }}<td>{{ visit.vehicle.model_name }}
<td>{{ visit.stage }}<td>{{ visit.opened_at|date:"Y-m-d H:i" }}<td>{{ visit.promised_at|date:"Y-m-d H:i" }}{% endfor %}</table>""",
    "open": """<!doctype html><title>{{ visit.number }}</title><h1>{{ visit.vehicle.plate }} {{ visit.customer.name }}</h1>
<p>{{ visit.vehicle.model_name }} {{ visit.stage }} {{ visit.advisor }} {{ visit.opened_at|date:"Y-m-d H:i" }}
<table>{% for line in lines %}<tr><td>{{ line.title }}<td>{{ line.quantity }}<td>{{ line.amount }}<td>{{ line.state }}{% endfor %}
</table>""",
}
settings.MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
settings.ROOT_URLCONF = __name__
settings.TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [("django.template.loaders.locmem.Loader", TEMPLATES)],
                )
            ],
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402 - models want the settings above
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404, redirect, render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from appointments.models import Appointment  # noqa: E402
from servicedesk.customers.models import Vehicle  # noqa: E402
from servicedesk.workorders.models import WorkOrder  # noqa: E402


@login_required
def text(request: HttpRequest) -> HttpResponse:
    """Two queries: session and user."""
    return render(request, "text")


@login_required
def visits(request: HttpRequest) -> HttpResponse:
    """The newest 50 of all visits. Three queries."""
    rows = WorkOrder.objects.select_related("vehicle", "customer").order_by("-opened_at", "-id")
    return render(request, "list", {"visits": rows[:50]})


@login_required
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit and its lines. Four queries."""
    row = get_object_or_404(WorkOrder.objects.select_related("vehicle", "customer", "advisor"), pk=pk)
    lines: Any = row.lines.select_related("operation", "part").order_by("position", "id")
    return render(request, "open", {"visit": row, "lines": lines})


@login_required
def create(request: HttpRequest) -> HttpResponse:
    """A confirmed booking of a known car, as the row alone: no place, no hours, no letter. Four queries and a transaction."""
    with transaction.atomic():
        vehicle = get_object_or_404(Vehicle, pk=request.POST["vehicle"])
        row = Appointment.objects.create(
            number=uuid.uuid4().hex[:20],
            centre_id=request.POST["centre"],
            customer_id=vehicle.customer_id,
            vehicle=vehicle,
            source=Appointment.Source.PHONE,
            state=Appointment.State.CONFIRMED,
            starts_at=dt.datetime.fromisoformat(request.POST["starts_at"]),
            concern=request.POST["concern"],
            requested_at=timezone.now(),
            confirmed_at=timezone.now(),
            confirmed_by_id=request.user.pk,
            by_kind="user",
            by_ref=str(request.user.pk),
            by_label=str(request.user),
            by_user_id=request.user.pk,
        )
    return redirect(f"/booked/{row.pk}")


urlpatterns = [path("text", text), path("list", visits), path("open/<int:pk>", visit), path("create", create)]
application = WSGIHandler()
