"""Rows of several tables in one query: in order, with moments as moments, and nothing where there is nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef

from servicedesk.customers.models import Customer, Vehicle
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import ServiceCentre, User
from servicedesk.workorders.models import Concern, Event, Hold, WorkOrder
from servicedesk.workorders.services import hold, open_work_order, release
from servicedesk.workorders.together import First, Rows, read_together


def test_they_are_read_at_once(
    centre: ServiceCentre, customer: Customer, vehicle: Vehicle, advisor: User, django_assert_num_queries: Any
) -> None:
    by = Actor.of(advisor)
    visit = open_work_order(
        by=by, centre=centre, customer=customer, vehicle=vehicle, advisor=advisor, source="walk_in", concern="異音"
    )
    for cause in ("parts", "bay"):
        hold(visit, cause=cause, by=by)
    release(visit, cause="parts", by=by)
    holds, concerns = Hold.objects.filter(work_order=visit), Concern.objects.filter(work_order=visit)
    trail = Event.objects.filter(work_order=OuterRef("work_order"))
    with django_assert_num_queries(1):
        found = read_together(
            visit,
            holds=Rows(holds.order_by("-pk"), cause="cause", started_at="started_at", ended_at="ended_at"),
            nested=Rows(concerns, events=Rows(trail.order_by("seq"), kind="kind", at="at")),
            said=First(concerns, words="words"),
            nothing=First(concerns.filter(words=""), words="words"),
            none=Rows(concerns.filter(words=""), words="words"),
        )
    bay, parts = Hold.objects.order_by("-pk")
    assert found["holds"] == [
        {"cause": "bay", "started_at": bay.started_at, "ended_at": None},
        {"cause": "parts", "started_at": parts.started_at, "ended_at": parts.ended_at},
    ]
    happened = [(event.kind, event.at) for event in visit.events.order_by("seq")]
    assert [[(event["kind"], event["at"]) for event in row["events"]] for row in found["nested"]] == [happened]
    assert (found["said"], found["nothing"], found["none"]) == ({"words": "異音"}, None, [])


def test_a_kept_trail_costs_one_query(
    centre: ServiceCentre, customer: Customer, vehicle: Vehicle, advisor: User, django_assert_num_queries: Any
) -> None:
    visit = open_work_order(
        by=Actor.of(advisor), centre=centre, customer=customer, vehicle=vehicle, advisor=advisor, source="walk_in"
    )
    hold(visit, cause="parts", by=Actor.of(advisor), note="缺料")
    visit = WorkOrder.objects.get(pk=visit.pk)
    with django_assert_num_queries(1):
        visit.keep_trail()
        visit.keep_trail()
        assert [event.words for event in visit.happened("opened", "hold.started")] == ["", "缺料"]
