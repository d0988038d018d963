"""Signing in and out, choosing centre and language, and the pages that say no."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from servicedesk.staff.access import allow, public
from servicedesk.staff.models import Membership
from servicedesk.staff.roles import Role

DEMO_PASSWORD = "demo"  # noqa: S105 - the published password of the demonstration, never of production


class SignIn(LoginView):
    """Sign-in page. In demo mode it offers one account per role."""

    template_name = "staff/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo accounts, in the order of the manual's roles."""
        return super().get_context_data(**kwargs, demo_accounts=demo_accounts() if settings.DEMO else [])


def demo_accounts() -> list[dict[str, str]]:
    """Accounts offered on the sign-in page: those named like a role."""
    names = [*Role.values[:-1], "gm", Role.ADMIN.value]
    memberships = (
        Membership.objects.filter(user__username__in=names, user__is_active=True).select_related("user").order_by("pk")
    )
    label = {
        m.user.username: (_("General manager") if m.final_say else m.get_role_display(), m.user.display_name)
        for m in memberships
    }
    return [{"username": name, "role": str(label[name][0]), "name": label[name][1]} for name in names if name in label]


sign_in = public(SignIn.as_view())
sign_out = public(LogoutView.as_view())


def back_to(request: HttpRequest) -> str:
    """The local address the form came from; anything foreign becomes the home page."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return "/"


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember a language in a cookie, and with the account when somebody is signed in. Unknown ones change nothing."""
    response = HttpResponseRedirect(back_to(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=31_536_000,
            samesite="Lax",
            httponly=True,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        if request.user.is_authenticated:
            get_user_model().objects.filter(pk=request.user.pk).update(language=language)
    return response


@allow(*Role)
@require_POST
def set_centre(request: HttpRequest) -> HttpResponse:
    """Work in another of one's own centres. A foreign one changes nothing."""
    chosen = request.POST.get("centre", "")
    mine = {str(pk): pk for pk in request.user.centre_ids()}  # type: ignore[union-attr]
    if chosen in mine:
        request.session["centre"] = mine[chosen]
    return HttpResponseRedirect(reverse("home"))


@public
@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer "ok" when the database answers: for load balancers and the supervisor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords: 429, with what to do next."""
    return render(request, "staff/locked_out.html", {"minutes": int(settings.AXES_COOLOFF_TIME * 60)}, status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its proof of origin: 403, with what to do next."""
    return render(request, "403_csrf.html", status=403)
