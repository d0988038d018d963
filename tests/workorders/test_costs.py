"""What the pages of a visit cost: a town is built, and everybody opens every visit of it.

The visit's own page asks at most 12 queries, with nothing cached, wherever the visit stands and whoever looks; the panels
that follow by htmx at most 6 each (conformance, which asks nine rooms, 12); lists at most 8, with one row and with many.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicedesk import registry
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.staff.roles import PROCESS, Role
from servicedesk.workorders.models import Promise, WorkOrder
from servicedesk.workorders.services import hold
from servicedesk.workorders.stages import OPEN
from tests.fixtures.people import Person, client_of, make_centre, make_user
from tests.proofs import town as towns

pytestmark = pytest.mark.django_db
MOST_ON_A_VISIT = 12
MOST_IN_A_PANEL = {"conformance": 12, "inspection": 9}  # the inspection: its items, marks, points, photos and remarks
MOST_IN_ANY_OTHER_PANEL = 6
MOST_ON_A_LIST = 8

Costs = dict[tuple[str, ...], int]


@pytest.fixture
def who(centre: ServiceCentre, reference: None) -> dict[str, User]:
    roles = {role: role for role in Role.values} | {"technician2": "technician", "technician3": "technician"}
    return {key: make_user(key, key, centre, role, skill=5) for key, role in roles.items()}


@pytest.fixture
def visits(centre: ServiceCentre, who: dict[str, User]) -> dict[str, WorkOrder]:
    """A visit at every point of the process, by the name of the point."""
    rows = towns.build(centre, who).rows
    return {point: row for point, row in rows.items() if isinstance(row, WorkOrder)}


def cost(browser: Person, url: str, **headers: str) -> int:
    """Queries of the page, with nothing cached; 0 where there is no such page."""
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(url, headers=headers)
    assert answer.status_code in (200, 404), url
    return len(asked) if answer.status_code == 200 else 0


def too_dear(costs: Costs, most: int) -> Costs:
    """Those above the limit."""
    assert max(costs.values()) > 0
    return {where: queries for where, queries in costs.items() if queries > most}


def test_what_the_pages_of_a_town_cost(visits: dict[str, WorkOrder], who: dict[str, User]) -> None:
    assert {visit.stage for visit in visits.values()} == set(OPEN)
    people = {role: client_of(who[role]) for role in PROCESS}
    booked = opened(people, visits)
    assert too_dear(booked, MOST_ON_A_VISIT) == {}
    panels_are_cheap(people["manager"], visits)
    WorkOrder.objects.update(source=WorkOrder.Source.WALK_IN)
    walked_in = opened({"manager": people["manager"]}, visits)
    assert walked_in == {where: booked[where] - 1 for where in walked_in}  # nobody asks for the booking
    WorkOrder.objects.update(source=WorkOrder.Source.BOOKING)
    for cause in ("parts", "bay"):
        hold(visits["repair"], cause=cause, by=Actor.of(who["supervisor"]))
    assert cost(people["supervisor"], visits["repair"].get_absolute_url()) <= MOST_ON_A_VISIT
    lists_cost_the_same_with_one_row(people["manager"], visits["delivered"])


def opened(people: dict[str, Person], visits: dict[str, WorkOrder]) -> Costs:
    """What everybody's look at every visit costs."""
    return {(role, p): cost(me, row.get_absolute_url()) for role, me in people.items() for p, row in visits.items()}


def panels_are_cheap(manager: Person, visits: dict[str, WorkOrder]) -> None:
    """As fragments, and as pages of their own: those ask for the menu's counters too."""
    for panel in registry.panels:
        urls = {point: f"{visit.get_absolute_url()}panel/{panel.key}/" for point, visit in visits.items()}
        most = MOST_IN_A_PANEL.get(panel.key, MOST_IN_ANY_OTHER_PANEL)
        fragments: Costs = {(panel.key, p): cost(manager, url, **{"HX-Request": "true"}) for p, url in urls.items()}
        assert too_dear(fragments, most) == {}
        pages: Costs = {(panel.key, point): cost(manager, url) for point, url in urls.items()}
        assert pages == {where: queries + 1 for where, queries in fragments.items()}


def lists_cost_the_same_with_one_row(manager: Person, only: WorkOrder) -> None:
    """Lists with all visits of the town, then with `only` one."""
    urls = ("/work-orders/", "/work-orders/?stage=delivered", "/work-orders/?stage=all", "/work-orders/promises/")
    many = {url: cost(manager, url) for url in urls}
    elsewhere = make_centre("EM", "空廠")
    WorkOrder.objects.exclude(pk=only.pk).update(centre=elsewhere)
    Promise.objects.exclude(work_order=only).update(centre=elsewhere)
    assert {url: cost(manager, url) for url in urls} == many
    assert max(many.values()) <= MOST_ON_A_LIST
