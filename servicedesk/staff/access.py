"""Who may do what. Every view carries exactly one declaration; an undeclared one fails the build and is refused at run time.

`@allow(Role.ADVISOR, …)` for staff, `@public` for anybody, `@customer_link(purpose)` (in `messaging.links`) for customers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import answered_before
from servicedesk.staff.roles import Role

View = Callable[..., HttpResponseBase]


def allow(*roles: Role) -> Callable[[View], View]:
    """Let signed-in staff who hold one of `roles` in some centre use the view.

    Sets `request.user.acting_roles` (which narrows `centre_ids()`, and so every `for_user`), `request.centre` (the centre
    the user works in now) and `request.actor`. Anonymous people are sent to sign in; others get 403.
    """
    wanted = frozenset(role.value for role in roles)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            user.acting_roles = wanted
            centres = user.centre_ids()
            if not centres:
                raise PermissionDenied
            enter_centre(request, centres)
            request.actor = by = Actor.of(user)  # type: ignore[attr-defined]
            return answered_before(request, by) or view(request, *args, **kwargs)

        guarded.access = ("roles", wanted)  # type: ignore[attr-defined]
        return guarded

    return declare


def public(view: View) -> View:
    """Let anybody use the view."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.access = ("public", frozenset())  # type: ignore[attr-defined]
    return guarded


def enter_centre(request: HttpRequest, allowed: list[int]) -> None:
    """Set `request.centre`: the one chosen in this session if the view allows it there, else the first that does.

    Forms read and show times on its clock; the middleware puts UTC back when the request is over.
    """
    chosen = request.session.get("centre")
    centre_id = chosen if chosen in allowed else allowed[0]
    memberships = request.user.memberships_now()  # type: ignore[union-attr]
    centre = next(m.centre for m in memberships if m.centre_id == centre_id)
    request.centre = centre  # type: ignore[attr-defined]
    timezone.activate(centre.zone)


def fetch(request: HttpRequest, rows: Any, **lookup: Any) -> Any:
    """Return the one row of `rows` the user may see, or 404: a stranger's object does not exist.

    Its centre, unless read with it, is the user's own, which is at hand.
    """
    if isinstance(rows, type) and issubclass(rows, models.Model):
        rows = rows.objects  # type: ignore[attr-defined]
    row = get_object_or_404(rows.for_user(request.user), **lookup)
    if hasattr(row, "centre_id") and "centre" not in row._state.fields_cache:
        memberships = request.user.memberships_now()  # type: ignore[union-attr]
        row.centre = next(membership.centre for membership in memberships if membership.centre_id == row.centre_id)
    return row
