"""Whatever page somebody stands on, the menu shows where: every staff view that draws one is marked by a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver

from servicedesk import registry

NO_PAGE = {
    "appointments:book",
    "delivery:bill_preview",
    "documents:order",
    "documents:paper",
    "documents:photo",
    "documents:signature",
    "messaging:preview",
    "search",
    "staff:set_centre",
    "workorders:panel",
    "workorders:paper_duplicate",
    "workorders:timeline",
    "workshop:board_fragment",
}
"""Files, fragments and redirects; and the search, which stands in the bar above every page."""


def staff_views(resolver: Any, app: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every view for some roles, with them."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from staff_views(pattern, pattern.app_name or app)
            continue
        kind, *roles = getattr(pattern.callback, "access", ("",))
        if kind == "roles" and pattern.name:
            yield f"{app}:{pattern.name}" if app else pattern.name, roles[0]


def test_every_page_of_staff_is_marked_in_the_menu() -> None:
    lost = [
        view
        for view, roles in staff_views(get_resolver())
        if view not in NO_PAGE and not any(item.marks(view) for item in registry.menu if item.roles & roles)
    ]
    assert lost == []


def test_views_named_in_the_menu_exist() -> None:
    known = {view for view, _roles in staff_views(get_resolver())}
    assert [view for item in registry.menu for view in item.views if view not in known] == []
