"""The floor that our pages are held against: signed-in Django views over the same tables, and nothing of ours around them.

`gunicorn bench.bare` in a house's environment: session and user, one indexed query, a plain template. No menu, no
language, no access rules, no look. `bench.compare` starts it beside the real server and asks both in turn.
"""

from __future__ import annotations

import os
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
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404, render  # noqa: E402
from django.urls import path  # noqa: E402

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


urlpatterns = [path("text", text), path("list", visits), path("open/<int:pk>", visit)]
application = WSGIHandler()
