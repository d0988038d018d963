"""Opening a customer's link. A GET swaps the token for a cookie and changes nothing else."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from servicedesk.clock import now
from servicedesk.messaging import links
from servicedesk.messaging.models import LinkMiss, SignedLink
from servicedesk.staff.access import public
from servicedesk.staff.addresses import address_of

MISSES = 20
WINDOW = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=1)


@public
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """1. A good token: cookie, and on to its page. 2. Expired: 410. 3. Anything else: one and the same 404, then 429.

    A good token opens at any time, also from an address that guessed wrong too often (a customer on the showroom's
    network); nobody can tell a near miss from a far one.
    """
    if request.method == "OPTIONS":
        return links.sealed(HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS"}))
    link = links.find(token)
    if link is None or link.purpose not in links.PURPOSES:
        if count_miss(address_of(request)) > MISSES:
            response = render(request, "customer/link_throttled.html", {"centre": None}, status=429)
            response["Retry-After"] = str(int(WINDOW.total_seconds()))
            return unnamed(response)
        return unnamed(render(request, "customer/link_unknown.html", {"centre": None}, status=404))
    if not link.is_open:
        return unnamed(links.ended(request, link))
    response = HttpResponseRedirect(links.PURPOSES[link.purpose].url)
    links.remember(response, link)
    return links.sealed(response)


def unnamed(response: HttpResponse) -> HttpResponse:
    """A page shown at the token's own address: not even our own files hear of it, and its form still names its origin."""
    response = links.sealed(response)
    response["Referrer-Policy"] = "strict-origin"
    return response


@public
@require_POST
def renew_link(request: HttpRequest) -> HttpResponse:
    """Send a new link to the stored address. Says the same whether one goes out now or went out a moment ago."""
    try:
        pk = signing.loads(request.POST.get("link", ""), salt=links.RENEWAL_SALT, max_age=links.RENEWAL_PAGE_LASTS)
        link = SignedLink.objects.select_related("centre").get(pk=pk)
    except (signing.BadSignature, SignedLink.DoesNotExist):
        return links.sealed(render(request, "customer/link_unknown.html", {"centre": None}, status=404))
    links.renew(link)
    return links.sealed(render(request, "customer/link_renewed.html", {"centre": link.centre}))


def count_miss(address: str) -> int:
    """Count one miss of `address` and return how many there were in the present window. Old rows go."""
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_linkmiss AS m (address, since, count) VALUES (%(address)s, %(now)s, 1)
            ON CONFLICT (address) DO UPDATE SET
                count = CASE WHEN m.since > %(start)s THEN LEAST(m.count + 1, 1000000) ELSE 1 END,
                since = CASE WHEN m.since > %(start)s THEN m.since ELSE excluded.since END
            RETURNING count
            """,
            {"address": address, "now": moment, "start": moment - WINDOW},
        )
        count: int = cursor.fetchone()[0]
    if count == 1:
        LinkMiss.objects.filter(since__lt=moment - KEPT).delete()
    return count
