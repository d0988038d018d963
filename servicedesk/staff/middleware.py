"""The gatekeeper: a view without a declaration of access is not served, and staff see their own language and clock."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

OWN_GUARD = ("django.contrib.admin", "django.contrib.staticfiles")
"""Packages whose views guard themselves: the admin site lets only active staff in."""


class AccessMiddleware:
    """Refuses undeclared views (403) and activates the signed-in user's language unless a cookie says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if user.is_authenticated and user.language and chosen not in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        with timezone.override(None):  # views activate their centre's zone
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        module = getattr(view, "__module__", "")
        admin_site = getattr(view, "admin_site", None)
        if not hasattr(view, "access") and admin_site is None and not module.startswith(OWN_GUARD):
            raise PermissionDenied(f"{module} declares no access")
