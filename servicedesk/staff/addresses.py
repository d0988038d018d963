"""Whose address a request comes from: the connection's own, or what our own proxies wrote down.

X-Forwarded-For is a list that anybody may begin and each proxy appends to, so only the last `TRUSTED_PROXIES` entries
are believed. Everything that counts by address asks here.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address, an IPv6 one as its /64 (a household has one such network); "unknown" when there is none."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES]
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)


def for_sign_in(request: HttpRequest) -> str | None:
    """The same as one address, as the sign-in lock-out keeps it."""
    address = address_of(request)
    return None if address == "unknown" else address.partition("/")[0]
