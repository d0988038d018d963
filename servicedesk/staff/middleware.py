"""The gatekeepers: what is sent contains no NUL; a view without a declaration of access is not served, and staff see
their own language and clock."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.utils import timezone, translation

OWN_GUARD = ("django.contrib.admin", "django.contrib.staticfiles")
"""Packages whose views guard themselves: the admin site lets only active staff in."""


NUL = "\x00"


class NoNulMiddleware:
    """Takes NULs out of queries, cookies and forms: nobody types them, and no text of the database can hold one.

    Stands before everything that asks the database with such text: the session's key is a cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = without_nul(request.GET)  # type: ignore[assignment]
        if any(NUL in value for value in request.COOKIES.values()):
            request.COOKIES = {name: value.replace(NUL, "") for name, value in request.COOKIES.items()}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        try:
            request.POST = without_nul(request.POST)  # type: ignore[assignment]
        except UnreadablePostError:  # whoever reads it next decides what that means
            return


def without_nul(given: QueryDict) -> QueryDict:
    """Return `given`, or a copy of it without NULs in names and values when there are any."""
    if not any(NUL in name or any(NUL in value for value in values) for name, values in given.lists()):
        return given
    kept = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        kept.setlist(name.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    kept._mutable = False
    return kept


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
