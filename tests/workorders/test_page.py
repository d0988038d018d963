"""What the work order page tells of a visit: its line of chapters, its gate, the work on each line, its timeline in words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from delivery import services as delivery
from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders import events, visit
from servicedesk.workorders.lines import lines_context
from servicedesk.workorders.models import Event, WorkOrder
from servicedesk.workorders.services import hold
from tests.fixtures.people import client_of
from workshop.services import pause

pytestmark = pytest.mark.django_db


def whole(order: WorkOrder) -> WorkOrder:
    """The visit as its page reads it."""
    return WorkOrder.objects.for_page().select_related("centre").get(pk=order.pk)


def told(order: WorkOrder, start: str) -> str:
    """The newest entry of the timeline that begins so."""
    return next(row["text"] for row in visit.timeline(whole(order)) if row["text"].startswith(start))


def steps(order: WorkOrder) -> dict[int, dict[str, Any]]:
    return {step["number"]: step for step in visit.visit_steps(whole(order))}


def works(order: WorkOrder) -> dict[str, tuple[str, str]]:
    """What the line table says of the work, by the code of the line."""
    rows = lines_context(whole(order))["lines"]
    return {row["code"]: (row["work_text"], row["work_tone"]) for row in rows if not row["sub"]}


def test_the_timeline_goes_by_the_time_whatever_was_written_first(
    authorised_visit: WorkOrder, advisor: User, at_tuesday_ten: Any
) -> None:
    at_tuesday_ten.move(hours=-3)
    earlier = events.record(authorised_visit, "hold.started", by=Actor.of(advisor), data={"cause": "bay"})
    rows = visit.timeline(whole(authorised_visit))
    assert rows[-1]["at"] == earlier.at
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)


def test_the_timeline_writes_a_date_where_the_day_changes(
    visit_in_repair: WorkOrder, supervisor: User, at_tuesday_ten: Any
) -> None:
    assert {row["day"] for row in visit.timeline(whole(visit_in_repair))} == {None}
    at_tuesday_ten.move(days=1)
    hold(visit_in_repair, cause="parts", by=Actor.of(supervisor))
    days = [row["day"] for row in visit.timeline(whole(visit_in_repair))]
    assert [bool(day) for day in days] == [False, True] + [False] * (len(days) - 2)
    page = client_of(supervisor).get(visit_in_repair.get_absolute_url()).content.decode()
    assert page.split('id="s-time"')[1].count("24 Nov<br>") == 1


def test_entries_name_what_they_are_about(visit_in_repair: WorkOrder, technician: User, supervisor: User) -> None:
    job = visit_in_repair.jobs.order_by("pk")[0]
    assert told(visit_in_repair, "Work started") == f"Work started: {job.title}"
    assert job.title in told(visit_in_repair, "Work assigned")
    assert re.fullmatch(r"Delivery time promised: \d\d:\d\d", told(visit_in_repair, "Delivery time promised"))
    pause(job, cause="parts", by=Actor.of(technician))
    assert told(visit_in_repair, "Work paused") == f"Work paused: {job.title} · Waiting for parts"
    assert told(visit_in_repair, "Waiting began") == "Waiting began: Waiting for parts"


def test_a_reading_and_a_cleaned_part_are_named(visit_in_preparation: WorkOrder, detailer: User) -> None:
    delivery.tick_part(visit_in_preparation, "exterior", by=Actor.of(detailer))
    assert told(visit_in_preparation, "Exterior") == "Exterior washed"
    reading = Event.objects.filter(work_order=visit_in_preparation, kind="workshop.reading").order_by("-seq")[0]
    words = visit.describe(reading, whole(visit_in_preparation))["text"]
    assert (
        words
        == f"Reading recorded: {reading.data['names']['en']} {reading.data['value']} {reading.data['unit']}".strip()
    )


def test_the_line_table_shows_the_running_job_and_rework(visit_in_repair: WorkOrder, technician: User) -> None:
    running, other = visit_in_repair.jobs.order_by("pk")[:2]
    assert works(visit_in_repair)[running.line.code] == ("Being worked on", "info")
    pause(running, cause="break", by=Actor.of(technician))
    shown = works(visit_in_repair)
    assert shown[running.line.code] == ("Paused", "amber")
    assert shown[other.line.code][0] == "Read and understood"


def test_a_failed_inspection_is_not_ticked_and_its_line_is_in_rework(visit_in_rework: WorkOrder) -> None:
    shown = steps(visit_in_rework)
    assert (shown[3]["state"], shown[4]["state"]) == ("now", "next")
    assert ("Rework", "amber") in works(visit_in_rework).values()


def test_nobody_is_named_for_a_repair_that_nobody_has(authorised_visit: WorkOrder, advisor: User) -> None:
    assert steps(authorised_visit)[3]["who"] == ""
    assert steps(authorised_visit)[2]["who"] == str(advisor)


def test_the_visit_line_writes_a_day_once(visit_in_repair: WorkOrder, at_tuesday_ten: Any) -> None:
    at_tuesday_ten.move(days=2)
    reception = steps(visit_in_repair)[2]["when"]
    assert reception.count("24 Nov") == 1


def test_the_gate_names_where_each_link_leads(visit_in_repair: WorkOrder, supervisor: User) -> None:
    page = client_of(supervisor).get(visit_in_repair.get_absolute_url()).content.decode()
    gate = page.split('class="sd-gate"')[1].split("</section>")[0]
    links = re.findall(r"<a [^>]*>(.*?)</a>", gate)
    assert len(links) == len(set(links)) > 1


def test_a_draft_is_not_billed_yet(visit_in_preparation: WorkOrder, cashier: User) -> None:
    url = f"{visit_in_preparation.get_absolute_url()}panel/bill/"
    assert "Not billed yet" in client_of(cashier).get(url).content.decode()
    delivery.issue_bill(visit_in_preparation, by=Actor.of(cashier))
    assert "Not billed yet" not in client_of(cashier).get(url).content.decode()
