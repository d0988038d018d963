"""The site's addresses and two pages that customers' links lead to."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils.translation import get_language

from servicedesk.messaging.links import customer_link
from servicedesk.urls import urlpatterns as site


@customer_link("testing")
def page(request: HttpRequest) -> HttpResponse:
    """Show which link it is; a POST acts once."""
    acted = request.method == "POST" and request.link.use()
    return HttpResponse(f"{request.link.target_id} {get_language()} {request.actor.kind} {acted}")


@customer_link("other")
def other(request: HttpRequest) -> HttpResponse:
    return HttpResponse("other")


here = ([path("page/", page, name="page"), path("other/", other, name="other")], "tests")
urlpatterns = [path("tests/", include(here)), *site]
