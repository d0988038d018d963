"""When customers are called: the rule by kind of work, the day by the calendar, always within the week (M7.1-b)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from followup import services, tasks
from followup.deadlines import answer_by, close_by
from followup.models import FollowUp, FollowUpPlan
from followup.services.planning import rule_for, windows_of, work_class
from servicedesk import registry
from servicedesk.catalogue.models import FollowUpRule, LabourOperation
from servicedesk.staff.calendar import Calendar
from servicedesk.staff.models import ClosedDay, ServiceCentre, User
from servicedesk.workorders.models import Event, Promise, WorkOrder
from tests.fixtures.followup import planned

WEEK = dt.timedelta(days=7)


def test_the_worker_plans_once_however_often_it_is_asked(visit_delivered: WorkOrder, agent: User):
    plan = FollowUpPlan.objects.get(work_order=visit_delivered)
    assert plan.planned_at is None
    first = tasks.plan(plan.pk)
    assert first >= 1
    assert tasks.plan(plan.pk) == 0
    call = FollowUp.objects.get(work_order=visit_delivered, sequence=1)
    assert call.agent == agent
    assert call.due_at <= visit_delivered.delivered_at + WEEK
    assert FollowUp.objects.count() == first
    assert Promise.objects.filter(kind=Promise.Kind.FOLLOW_UP).count() == first
    assert Event.objects.filter(work_order=visit_delivered, kind="followup.planned").count() == 1


def test_a_lost_ring_is_swept_after_a_minute(visit_delivered: WorkOrder, at_tuesday_ten: Any):
    assert services.plan_what_waits() == 0
    at_tuesday_ten.move(minutes=2)
    assert services.plan_what_waits() == FollowUp.objects.count() >= 1
    assert services.plan_what_waits() == 0


def test_an_overdue_call_is_flagged_once(call: FollowUp, at_tuesday_ten: Any):
    at_tuesday_ten.move(days=8)
    calls = FollowUp.objects.waiting().filter(next_at__lt=call.due_at + WEEK).count()
    flagged = services.escalate()
    assert 1 <= flagged <= calls
    assert services.escalate() == 0


@pytest.mark.parametrize("weekday", range(7))
def test_the_first_contact_falls_within_the_week_on_any_day(centre: ServiceCentre, reference: None, weekday: int):
    calendar, rules = Calendar(centre), list(FollowUpRule.objects.all())
    for hour in (0, 8, 12, 18, 23):
        handed_over = centre.at(dt.date(2026, 11, 23) + dt.timedelta(days=weekday), dt.time(hour, 30))
        for rule in rules:
            opens, due = windows_of(rule, calendar, handed_over)[0]
            assert handed_over < due <= handed_over + WEEK
            assert opens <= due
            assert not calendar.is_closed_day(centre.local(due).date())


def test_new_year_closes_the_centre_for_nine_days_and_the_week_still_holds(centre: ServiceCentre, reference: None):
    closed_from = dt.date(2027, 2, 5)
    ClosedDay.objects.bulk_create(
        ClosedDay(centre=centre, date=closed_from + dt.timedelta(days=n), name="春節") for n in range(9)
    )
    handed_over = centre.at(dt.date(2027, 2, 4), dt.time(17))
    for rule in FollowUpRule.objects.all():
        _opens, due = windows_of(rule, Calendar(centre), handed_over)[0]
        assert due <= handed_over + WEEK
    calendar = Calendar(centre)
    early = centre.at(dt.date(2027, 2, 2), dt.time(17))
    _opens, due = windows_of(FollowUpRule.objects.get(work_class="overhaul"), calendar, early)[0]
    assert not calendar.is_closed_day(centre.local(due).date())


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("BRK-010", "safety"),
        ("TYR-020", "safety"),
        ("EV-030", "ev_hv"),
        ("BDY-020", "accident"),
        ("ELE-050", "diagnosis"),
        ("MNT-120", "small"),
        ("MNT-020", "maintenance"),
        ("ELE-030", "general"),
    ],
)
def test_the_class_of_work_chooses_the_rule(reference: None, code: str, wanted: str):
    assert work_class(LabourOperation.objects.get(code=code)) == wanted


def test_brakes_weigh_more_than_maintenance(visit_delivered: WorkOrder):
    assert rule_for(visit_delivered).work_class == "safety"
    call = planned(visit_delivered)
    assert [call.rule.work_class, FollowUp.objects.filter(work_order=visit_delivered).count()] == ["safety", 2]


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2026-11-24 10:00", 24, "2026-11-25 10:00"),
        ("2026-11-28 16:20", 24, "2026-11-30 16:20"),
        ("2026-11-29 11:00", 24, "2026-12-01 08:30"),
        ("2026-11-24 07:52", 24, "2026-11-25 08:30"),
        ("2026-11-24 10:00", 8, "2026-11-24 18:00"),
        ("2026-11-24 15:30", 8, "2026-11-25 13:30"),
        ("2026-11-24 10:00", 48, "2026-11-26 10:00"),
    ],
)
def test_a_day_is_the_same_time_on_the_next_opening_day(centre: ServiceCentre, since: str, hours: int, until: str):
    start, end = (dt.datetime.fromisoformat(text).replace(tzinfo=centre.zone) for text in (since, until))
    assert answer_by(Calendar(centre), start, hours) == end
    assert answer_by(Calendar(centre), start, 4, wall_clock=True) == start + dt.timedelta(hours=4)


def test_closing_never_passes_the_legal_limit(centre: ServiceCentre):
    start = centre.at(dt.date(2026, 11, 24), dt.time(10))
    assert close_by(Calendar(centre), start, 3, 15) == centre.at(dt.date(2026, 11, 27), dt.time(18, 30))
    assert close_by(Calendar(centre), start, 30, 15) == start + dt.timedelta(days=15)


def test_the_sweeps_are_registered():
    assert {"follow-ups to plan", "follow-ups overdue", "complaints overdue"} <= {s.name for s in registry.sweeps}
