"""A form that counts how often it took effect, for the tests of `perform`."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path

from servicedesk.staff.access import allow, public
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ClosedDay, ServiceCentre
from servicedesk.staff.repeats import Reason, Refusal, perform
from servicedesk.staff.roles import Role
from servicedesk.urls import urlpatterns as house


def close_a_day(name: str) -> ClosedDay:
    """The effect: one row. Named "no" it is refused, with two reasons, after the row was written."""
    centre = ServiceCentre.objects.get()
    day = ClosedDay.objects.create(centre=centre, date=f"2027-01-{centre.closed_days.count() + 1:02}", name=name)
    if name == "no":
        raise Refusal("It is too late.", Reason("The car is gone.", "/mend/", "M6.1-a"))
    return day


@allow(*Role)
def act(request: HttpRequest) -> HttpResponse:
    return perform(
        request,
        lambda: close_a_day(request.POST.get("name", "")),
        by=request.actor,  # type: ignore[attr-defined]
        success=lambda day: f"Closed: {day.name}",
        redirect=lambda day: f"/tests/done/{day.pk}/",
        on_refusal="/tests/refused/",
    )


@public
def visit(request: HttpRequest) -> HttpResponse:
    return perform(request, lambda: close_a_day("x"), by=Actor.visitor("林"), redirect="/tests/thanks/")


@public
def told(request: HttpRequest) -> HttpResponse:
    """What the next page would show."""
    return HttpResponse("|".join(str(message) for message in messages.get_messages(request)))


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


@allow(Role.CASHIER)
def till(request: HttpRequest) -> HttpResponse:
    ids = request.user.centre_ids()  # type: ignore[union-attr]
    return HttpResponse(f"{request.centre.code} {ids} {request.actor.label}")  # type: ignore[attr-defined]


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("SECRET-DETAIL")


urlpatterns = [
    path("tests/act/", act, name="act"),
    path("tests/visit/", visit, name="visit"),
    path("tests/told/", told, name="told"),
    path("tests/undeclared/", undeclared, name="undeclared"),
    path("tests/till/", till, name="till"),
    path("tests/broken/", broken, name="broken"),
    *house,
]
