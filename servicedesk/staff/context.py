"""What the shell of every page shows: menu with counters, centre, role, refusal of the last act.

Worked out when a template first asks for it: a fragment, which has no shell, pays neither for the menu nor its query.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from servicedesk import clock, registry
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.repeats import REFUSAL_SESSION_KEY
from servicedesk.staff.roles import Role

COUNTERS_SECONDS = 15


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. One query for all menu counters, cached 15 s per user and centre."""
    moment = clock.now()
    context: dict[str, Any] = {"languages": settings.LANGUAGES, "demo": settings.DEMO, "now": moment}
    session = getattr(request, "session", None)
    if session is not None and REFUSAL_SESSION_KEY in session:
        context["refusal"] = {"reasons": session.pop(REFUSAL_SESSION_KEY)}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    memberships = user.memberships_now()
    centre = getattr(request, "centre", None) or (memberships[0].centre if memberships else None)
    if centre is None:
        return context
    roles = user.roles_in(centre.pk)
    context |= {
        "current_centre": centre,
        "centres": list({m.centre_id: m.centre for m in memberships}.values()),
        "roles": roles,
        "role_label": role_label(user, centre, roles),
        "local_now": centre.local(moment),
        "menu_groups": SimpleLazyObject(lambda: menu_groups(request, user, centre, roles)),
    }
    try:
        context["search_url"] = reverse("search") if roles - {Role.ADMIN.value} else ""
    except NoReverseMatch:
        context["search_url"] = ""
    return context


def role_label(user: User, centre: ServiceCentre, roles: frozenset[str]) -> Any:
    """What the user is called here: his first role in the manual's order, or the general manager."""
    first = next((role for role in Role if role.value in roles), Role.ADMIN)
    return _("General manager") if first == Role.MANAGER and user.has_final_say(centre.pk) else first.label


def menu_groups(
    request: HttpRequest, user: User, centre: ServiceCentre, roles: frozenset[str]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The menu of `user` in `centre`: (group, lines), with counters."""
    items = [item for item in registry.menu if item.roles & roles]
    counts = menu_counts(user, centre, items)
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        n, late = counts.get(item.key, (None, 0))
        groups.setdefault(item.group, []).append(
            {
                "label": item.label,
                "url": reverse(item.url_name),
                "icon": item.icon,
                "chapter": item.chapter,
                "count": n,
                "late": late,
                "active": item.marks(here),
            }
        )
    return [(group, groups[group]) for group in ("top", "chapters", "manage", "foot") if group in groups]


def menu_counts(user: User, centre: ServiceCentre, items: list[registry.MenuItem]) -> dict[str, tuple[int, int]]:
    """Counter pairs (all, late) by menu key: one UNION ALL query, kept 15 s."""
    key = f"menu:{user.pk}:{centre.pk}"
    kept = cache.get(key)
    if kept is not None:
        return kept
    parts, params = [], []
    for item in items:
        if item.counter:
            sql, values = item.counter(user, centre)
            parts.append(f"SELECT %s::text, c.* FROM ({sql}) c(n, late)")  # noqa: S608 - fragments are ours, values are parameters
            params += [item.key, *values]
    counts: dict[str, tuple[int, int]] = {}
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            counts = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    cache.set(key, counts, COUNTERS_SECONDS)
    return counts
