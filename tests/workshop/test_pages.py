"""Who may open the pages of chapter 3, another centre, wrong stages, and what the pages cost in queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.workshop import assigned, authorised_walk_in, measured
from workshop import services
from workshop.models import Job, WorkSpan

BUDGET = 15


def url(name: str, *args: Any) -> str:
    return reverse(f"workshop:{name}", args=args)


def first_job(work_order: WorkOrder) -> Job:
    return Job.objects.filter(work_order=work_order).order_by("id")[0]


def refusal(client: Any, response: Any) -> str:
    """The page a refused act leads to, as text."""
    return client.get(response.url).content.decode()


def fill(
    count: int, centre: Any, customer: Any, vehicle: Any, advisor: User, technician: User, supervisor: User
) -> None:
    """`count` cars: a third waits, a third is assigned, a third has a finding."""
    for number in range(count):
        work_order = authorised_walk_in(
            centre, advisor, "BRK-010", plate=f"T-{WorkOrder.objects.count():04}", promise_hours=0.2
        )
        if number % 3:
            assigned(work_order, technician, supervisor)
        if number % 3 == 2:
            services.acknowledge(work_order, by=Actor.of(technician))
            job = services.start(first_job(work_order), by=Actor.of(technician))
            services.report_finding(job, by=Actor.of(technician), text="異音", urgency="soon")
            services.pause(job, cause="break", by=Actor.of(technician))


def queries(user: User, page: str) -> int:
    person = client_of(user)
    person.get(page)  # menu counters are kept 15 s
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert person.get(page).status_code == 200
    return len(caught)


def test_wrong_roles_are_refused(visit_in_repair: WorkOrder, everyone: dict[str, User], technician: User) -> None:
    found = services.report_finding(first_job(visit_in_repair), by=Actor.of(technician), text="異音", urgency="soon")
    pages = {
        url("board"): {"supervisor", "advisor", "manager"},
        url("board_fragment"): {"supervisor", "advisor", "manager"},
        url("assign", visit_in_repair.pk): {"supervisor"},
        url("my_jobs"): {"technician"},
        url("read", visit_in_repair.pk): {"technician"},
        url("job", first_job(visit_in_repair).pk): {"technician"},
        url("report", first_job(visit_in_repair).pk): {"technician"},
        url("finding", found.pk): {"supervisor", "advisor"},
    }
    for page, allowed in pages.items():
        for role, user in everyone.items():
            expected = 200 if role in allowed else 403
            assert (page, role, client_of(user).get(page).status_code) == (page, role, expected)


def test_another_centre_finds_nothing(visit_in_repair: WorkOrder, technician: User, outsider: User) -> None:
    job = first_job(visit_in_repair)
    found = services.report_finding(job, by=Actor.of(technician), text="異音", urgency="soon")
    person = client_of(outsider)
    for page in (
        url("assign", visit_in_repair.pk),
        url("read", visit_in_repair.pk),
        url("job", job.pk),
        url("report", job.pk),
        url("finding", found.pk),
    ):
        assert person.get(page).status_code == 404
    for name, pk in (("start", job.pk), ("pause", job.pk), ("finish", job.pk), ("readings", job.pk)):
        assert person.act(url(name, pk)).status_code == 404
    for name, pk in (("look", visit_in_repair.pk), ("to_self_check", visit_in_repair.pk), ("settle", found.pk)):
        assert person.act(url(name, pk)).status_code == 404
    assert "BKQ-5821" not in person.get(url("board")).content.decode()


def test_another_technician_does_not_find_the_job(visit_in_repair: WorkOrder, second_technician: User) -> None:
    assert client_of(second_technician).get(url("job", first_job(visit_in_repair).pk)).status_code == 404


def test_wrong_stage_is_refused_with_reasons(
    visit_at_self_check: WorkOrder, technician: User, supervisor: User
) -> None:
    job = first_job(visit_at_self_check)
    for user, name, pk, data in (
        (technician, "start", job.pk, {}),
        (technician, "finish", job.pk, {}),
        (technician, "read", visit_at_self_check.pk, {"understood": "on"}),
        (supervisor, "to_self_check", visit_at_self_check.pk, {}),
    ):
        person = client_of(user)
        assert "data-miss" in refusal(person, person.act(url(name, pk), data))


def test_the_board_says_unchanged_until_something_happens(
    visit_in_repair: WorkOrder, supervisor: User, technician: User
) -> None:
    person = client_of(supervisor)
    first = person.get(url("board_fragment"))
    version = first.context["version"]
    assert person.get(url("board_fragment"), {"seen": version}).status_code == 204
    assert person.get(url("board_fragment"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    services.pause(first_job(visit_in_repair), cause="parts", by=Actor.of(technician))
    assert person.get(url("board_fragment"), {"seen": version}).status_code == 200


def test_a_job_carried_over_night_is_not_beyond_plan_before_its_hours_are_worked(
    visit_in_repair: WorkOrder, supervisor: User, at_tuesday_ten: Any
) -> None:
    def over() -> list[tuple[str, int]]:
        lanes = client_of(supervisor).get(url("board")).context["lanes"]
        return [(block.kind, block.over) for lane in lanes for block in lane["blocks"]]

    planned = float(sum(job.std_hours for job in Job.objects.filter(work_order=visit_in_repair)))
    begun = WorkSpan.objects.get()
    WorkSpan.objects.filter(pk=begun.pk).update(started_at=begun.started_at + dt.timedelta(hours=7, minutes=45))
    at_tuesday_ten.move(hours=23)  # Wednesday at nine; the car was begun a quarter of an hour before the doors closed
    assert over() == [("run", 0)]
    at_tuesday_ten.move(hours=planned)
    [(kind, beyond)] = over()
    assert (kind, beyond > 0) == ("run", True)


def test_pages_cost_the_same_for_one_and_thirty_rows(
    reference: None,
    centre: Any,
    customer: Any,
    vehicle: Any,
    advisor: User,
    technician: User,
    second_technician: User,
    supervisor: User,
) -> None:
    def costs() -> dict[str, int]:
        last = WorkOrder.objects.filter(stage="authorised").order_by("pk").first()
        pages = [
            (supervisor, url("board")),
            (supervisor, url("board_fragment")),
            (supervisor, url("assign", last.pk)),
            (supervisor, "/"),
            (technician, url("my_jobs")),
            (technician, "/"),
            (technician, url("job", Job.objects.filter(technician=technician, state="paused").first().pk)),
        ]
        return {
            f"{user.username} {page.split('/')[-2] if len(page) > 1 else page}": queries(user, page)
            for user, page in pages
        }

    people = (advisor, technician, supervisor)
    fill(3, centre, customer, vehicle, *people)
    few = costs()
    fill(30, centre, customer, vehicle, *people)
    assert list(costs().values()) == list(few.values())
    assert {page: cost for page, cost in few.items() if cost > BUDGET} == {}


def test_work_order_page_shows_panels_and_next_step(
    visit_in_repair: WorkOrder, supervisor: User, technician: User, advisor: User
) -> None:
    job = first_job(visit_in_repair)
    measured(job, technician)
    services.report_finding(job, by=Actor.of(technician), text="異音", urgency="soon")
    page = client_of(supervisor).get(visit_in_repair.get_absolute_url())
    assert page.status_code == 200
    for key, words in (("jobs", "陳志豪"), ("findings", "異音")):
        panel = client_of(advisor).get(reverse("workorders:panel", args=[visit_in_repair.pk, key]))
        assert words in panel.content.decode()


def test_index_leads_each_role_home(centre: Any, supervisor: User, technician: User) -> None:
    assert client_of(supervisor).get(url("index")).url == url("board")
    assert client_of(technician).get(url("index")).url == url("my_jobs")


def test_the_board_of_another_language_is_another_board(visit_in_repair: WorkOrder, supervisor: User) -> None:
    person = client_of(supervisor)
    version = person.get(url("board_fragment")).context["version"]
    person.cookies["language"] = "zh-hans"
    assert person.get(url("board_fragment"), {"seen": version}).status_code == 200


def test_the_way_on_stands_with_the_running_job(visit_in_repair: WorkOrder, technician: User) -> None:
    job = Job.objects.get(work_order=visit_in_repair, state="running")
    page = client_of(technician).get(url("my_jobs")).content.decode()
    row = page.split(f'<a href="{job.get_absolute_url()}">')[1].split("</li>")[0]
    assert "Go on" in row
    assert page.count("Go on") == 1


def test_a_car_with_nothing_to_read_lists_no_work(visit_at_self_check: WorkOrder, technician: User) -> None:
    page = client_of(technician).get(url("read", visit_at_self_check.pk)).content.decode()
    assert "Nothing new on this car" in page
    assert "authorised 0.0 h" not in page
