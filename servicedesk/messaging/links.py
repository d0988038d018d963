"""Customers' links: issued here, opened under /l/, and then a cookie for one purpose and one part of the site.

A chapter registers a purpose with the page it leads to, issues links, and guards that page and what it posts to with
`@customer_link(purpose)`. The cookie names one link at a time: of two open tabs with the same purpose the later wins,
so forms must name the rows they answer, and services must check that these belong to `request.link.target_id`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from servicedesk.clock import now
from servicedesk.messaging import outbox
from servicedesk.messaging.models import Message, SignedLink, make_token, token_hash
from servicedesk.staff.actors import Actor
from servicedesk.staff.repeats import answered_before

if TYPE_CHECKING:
    from servicedesk.customers.models import Customer
    from servicedesk.staff.models import ServiceCentre

View = Callable[..., HttpResponse]
COOKIE_SALT = "messaging.link.cookie"
RENEWAL_SALT = "messaging.link.renewal"
RENEWAL_PAGE_LASTS = 60 * 60 * 24  # seconds an expired-link page can still ask for a new link
RENEWAL_PAUSE = dt.timedelta(minutes=10)
"""Within this time a second request for the same thing sends nothing more."""


@dataclass(frozen=True)
class Purpose:
    """What a link is for and the page it leads to."""

    key: str
    url_name: str
    path: str = ""

    @property
    def url(self) -> str:
        """Local address of its page; no token in it."""
        return reverse(self.url_name)

    @property
    def cookie(self) -> str:
        """Name of its cookie."""
        return f"link_{self.key}"

    @property
    def cookie_path(self) -> str:
        """Part of the site that sees the cookie: the chapter's."""
        return self.path or "/" + self.url.strip("/").split("/")[0] + "/"


PURPOSES: dict[str, Purpose] = {}


def register(purpose: str, url_name: str, *, path: str = "") -> None:
    """Say which page links of `purpose` lead to. `path` narrows the cookie; by default it is the chapter's own part."""
    PURPOSES[purpose] = Purpose(purpose, url_name, path)


def issue(
    purpose: str,
    *,
    target_kind: str,
    target_id: int,
    customer: Customer,
    centre: ServiceCentre,
    days: float = 14,
    expires_at: dt.datetime | None = None,
) -> SignedLink:
    """Make a link for `customer` to one row. Raises KeyError for a purpose no room registered."""
    PURPOSES[purpose]
    moment = now()
    nonce = SignedLink.new_nonce()
    return SignedLink.objects.create(
        purpose=purpose,
        target_kind=target_kind,
        target_id=target_id,
        customer=customer,
        centre=centre,
        nonce=nonce,
        token_hash=token_hash(make_token(purpose, nonce, settings.SECRET_KEY)),
        created_at=moment,
        expires_at=expires_at or moment + dt.timedelta(days=days),
    )


def revoke(*, target_kind: str, target_id: int, purpose: str = "") -> int:
    """End all links to one row (of one purpose when named); return how many were still good."""
    rows = SignedLink.objects.of_target(target_kind, target_id)
    return (rows.filter(purpose=purpose) if purpose else rows).revoke()


def find(token: str) -> SignedLink | None:
    """Return the link of `token`, open or ended; one indexed query."""
    return SignedLink.objects.select_related("customer", "centre").filter(token_hash=token_hash(token)).first()


def renew(link: SignedLink) -> Message | None:
    """Send a new link in place of an expired one, to the customer's own stored address.

    Sends nothing (and returns None) for a revoked link, or when one went out in the last ten minutes.
    """
    with transaction.atomic():
        link = SignedLink.objects.select_for_update(of=("self",)).select_related("customer", "centre").get(pk=link.pk)
        same = SignedLink.objects.of_target(link.target_kind, link.target_id).filter(
            purpose=link.purpose, customer=link.customer
        )
        recent = Message.objects.filter(kind="new_link", link__in=same, created_at__gt=now() - RENEWAL_PAUSE)
        if link.revoked_at is not None or recent.exists():
            return None
        fresh = issue(
            link.purpose,
            target_kind=link.target_kind,
            target_id=link.target_id,
            customer=link.customer,
            centre=link.centre,
            expires_at=now() + (link.expires_at - link.created_at),
        )
        return outbox.send("new_link", customer=link.customer, centre=link.centre, by=Actor.of_link(link), link=fresh)


def remember(response: HttpResponse, link: SignedLink) -> None:
    """Give the browser the cookie that stands for `link`."""
    purpose = PURPOSES[link.purpose]
    response.set_signed_cookie(
        purpose.cookie,
        str(link.pk),
        salt=COOKIE_SALT + link.purpose,
        max_age=max(1, int((link.expires_at - now()).total_seconds())) if link.is_open else 60,
        path=purpose.cookie_path,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def from_cookie(request: HttpRequest, purpose: Purpose) -> SignedLink | None:
    """Return the link that the request's cookie of `purpose` stands for, open or ended."""
    try:
        value = request.get_signed_cookie(purpose.cookie, default="", salt=COOKIE_SALT + purpose.key)
    except signing.BadSignature:
        return None
    if not value or not value.isdecimal():
        return None
    return SignedLink.objects.select_related("customer", "centre").filter(pk=int(value), purpose=purpose.key).first()


def customer_link(*purposes: str) -> Callable[[View], View]:
    """Let the holder of a link of one of `purposes` use the view, by the cookie that opening the link gave him.

    Sets `request.link`, `request.actor`, `request.centre`, and his language unless he chose another. Without a good
    cookie: 404 with what to do; with an expired link: 410 with "send me a new link".
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            found = [link for key in purposes if (link := from_cookie(request, PURPOSES[key]))]
            link = next((link for link in found if link.is_open), found[0] if found else None)
            if link is None:
                return sealed(render(request, "customer/link_unknown.html", {"centre": None}, status=404))
            if not link.is_open:
                return ended(request, link)
            if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) not in dict(settings.LANGUAGES):
                translation.activate(outbox.known_language(link.customer.language or link.centre.language))
                request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            request.link = link  # type: ignore[attr-defined]
            request.centre = link.centre  # type: ignore[attr-defined]
            timezone.activate(link.centre.zone)
            request.actor = by = Actor.of_link(link)  # type: ignore[attr-defined]
            return sealed(answered_before(request, by) or view(request, *args, **kwargs))

        guarded.access = ("link", " ".join(purposes))  # type: ignore[attr-defined]
        return guarded

    return declare


def ended(request: HttpRequest, link: SignedLink) -> HttpResponse:
    """410 without anything about the person; an expired link (not a revoked one) can be replaced from here."""
    renewal = "" if link.revoked_at else signing.dumps(link.pk, salt=RENEWAL_SALT)
    return sealed(
        render(request, "customer/link_expired.html", {"centre": link.centre, "renewal": renewal}, status=410)
    )


def sealed(response: HttpResponse) -> HttpResponse:
    """Keep a customer's page out of caches, search engines and other sites' logs.

    Not `no-referrer`: under it browsers send `Origin: null` with our own forms, and every one of them would be refused.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
