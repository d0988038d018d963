"""Pages of chapter 3 in use: forms, garbage, repeats. Who may, and the price in queries: test_pages.py."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from servicedesk.staff.actors import Actor
from servicedesk.staff.models import User
from servicedesk.workorders.models import Event, WorkOrder
from tests.fixtures.people import client_of
from tests.fixtures.workshop import assigned
from workshop import services
from workshop.models import Finding, Job, WorkSpan
from workshop.readings import specs_of

BUDGET = 15


def url(name: str, *args: Any) -> str:
    return reverse(f"workshop:{name}", args=args)


def first_job(work_order: WorkOrder) -> Job:
    return Job.objects.filter(work_order=work_order).order_by("id")[0]


def photo(name: str = "a.jpg") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "grey").save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


def refusal(client: Any, response: Any) -> str:
    """The page a refused act leads to, as text."""
    return client.get(response.url).content.decode()


def test_supervisor_assigns_from_the_drawer(authorised_visit: WorkOrder, supervisor: User, technician: User) -> None:
    person = client_of(supervisor)
    page = person.get(url("assign", authorised_visit.pk))
    assert page.context["candidates"][0].user == technician
    jobs = [job.pk for job in Job.objects.filter(work_order=authorised_visit)]
    answer = person.act(url("assign", authorised_visit.pk), {"technician": technician.pk, "jobs": jobs})
    assert answer.url == url("board")
    assert set(Job.objects.values_list("technician", "state", "rank")) == {(technician.pk, "assigned", 1)}


def test_assigning_twice_with_the_same_key_counts_once(
    authorised_visit: WorkOrder, supervisor: User, technician: User
) -> None:
    person, data = client_of(supervisor), {"technician": technician.pk, "jobs": [first_job(authorised_visit).pk]}
    for _time in range(2):
        person.act(url("assign", authorised_visit.pk), data, key="one-and-the-same-key")
    assert Event.objects.filter(kind="workshop.assigned").count() == 1


def test_second_choice_without_reason_is_refused_on_the_page(
    authorised_visit: WorkOrder, supervisor: User, technician: User, second_technician: User
) -> None:
    person = client_of(supervisor)
    data = {"technician": technician.pk, "jobs": [first_job(authorised_visit).pk]}
    answer = person.act(url("assign", authorised_visit.pk), data)
    assert "data-miss" in refusal(person, answer)
    assert not Job.objects.filter(technician=technician).exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"technician": "x", "jobs": "y", "bay": "z"},
        {"technician": "99999999", "jobs": "99999999999999999999"},
        {"technician": "\x00", "jobs": "１２", "reason": "x" * 5000},
    ],
)
def test_garbage_comes_back_with_errors(
    authorised_visit: WorkOrder, supervisor: User, technician: User, data: dict[str, str]
) -> None:
    assert client_of(supervisor).act(url("assign", authorised_visit.pk), data).status_code == 422


def test_reading_must_be_confirmed_then_work_begins(
    authorised_visit: WorkOrder, technician: User, supervisor: User
) -> None:
    assigned(authorised_visit, technician, supervisor)
    person, page = client_of(technician), url("read", authorised_visit.pk)
    assert "踩煞車會吱吱叫" in person.get(page).content.decode()
    assert person.act(page).status_code == 422
    answer = person.act(page, {"understood": "on"})
    assert answer.url == first_job(authorised_visit).get_absolute_url()
    authorised_visit.refresh_from_db()
    assert authorised_visit.stage == "repair"


def test_readings_are_saved_and_the_job_finished(visit_in_repair: WorkOrder, technician: User) -> None:
    job, person = first_job(visit_in_repair), client_of(technician)
    specs = specs_of(job)
    values = {f"reading-{spec.pk}": str(spec.lower) for spec in specs}
    answer = person.act(url("finish", job.pk), values)
    job.refresh_from_db()
    assert (answer.url, job.state, job.readings.count()) == (url("my_jobs"), "done", len(specs))


def test_one_reading_saves_itself_and_answers_with_its_row(visit_in_repair: WorkOrder, technician: User) -> None:
    job, person = first_job(visit_in_repair), client_of(technician)
    spec = specs_of(job)[0]
    field = f"reading-{spec.pk}"
    answer = person.act(url("readings", job.pk), {field: "2.1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().count("sd-read") == 1
    assert job.readings.get().verdict == "low"
    bad = person.act(url("readings", job.pk), {field: "abc"}, headers={"HX-Request": "true"})
    assert "is-invalid" in bad.content.decode()


@pytest.mark.parametrize("value", ["abc", "1,5", "NaN", "1e30", "-9999999999", "２１．４x", "1" * 400])
def test_garbage_readings_come_back(visit_in_repair: WorkOrder, technician: User, value: str) -> None:
    job = first_job(visit_in_repair)
    data = {f"reading-{specs_of(job)[0].pk}": value}
    for name in ("readings", "finish"):
        answer = client_of(technician).act(url(name, job.pk), data)
        assert answer.status_code == 422
        assert value in answer.content.decode()
    assert job.readings.count() == 0


def test_finishing_without_readings_names_them_all(visit_in_repair: WorkOrder, technician: User) -> None:
    job, person = first_job(visit_in_repair), client_of(technician)
    page = refusal(person, person.act(url("finish", job.pk)))
    assert page.count("M3.2-b") == len(specs_of(job))


def test_pause_and_go_on(visit_in_repair: WorkOrder, technician: User) -> None:
    job, person = first_job(visit_in_repair), client_of(technician)
    assert person.act(url("pause", job.pk), {"cause": "nonsense"}).status_code == 422
    person.act(url("pause", job.pk), {"cause": "break"})
    job.refresh_from_db()
    assert job.state == "paused"
    person.act(url("start", job.pk))
    assert WorkSpan.objects.filter(job=job).count() == 2


def test_a_finding_with_photo_reaches_the_supervisor_and_becomes_work(
    visit_in_repair: WorkOrder, technician: User, supervisor: User, advisor: User
) -> None:
    job = first_job(visit_in_repair)
    data = {"text": "碟盤 21.4 mm", "urgency": "now", "photo": photo()}
    client_of(technician).act(url("report", job.pk), data)
    found = Finding.objects.get()
    assert found.photo is not None
    home = client_of(supervisor).get("/")
    assert "碟盤 21.4 mm" in home.content.decode()
    operation = specs_of(job) and job.line.operation
    answer = client_of(supervisor).act(url("finding", found.pk), {"operation": operation.pk})
    found.refresh_from_db()
    assert (answer.url, found.state) == (visit_in_repair.get_absolute_url(), "proposed")
    assert "碟盤 21.4 mm" in client_of(advisor).get("/").content.decode()


def test_a_file_that_is_no_photo_is_refused_and_nothing_kept(visit_in_repair: WorkOrder, technician: User) -> None:
    person, fake = client_of(technician), io.BytesIO(b"<svg onload=alert(1)>")
    fake.name = "a.jpg"
    answer = person.act(url("report", first_job(visit_in_repair).pk), {"text": "x", "urgency": "now", "photo": fake})
    assert "data-miss" in refusal(person, answer)
    assert Finding.objects.count() == 0


@pytest.mark.parametrize("data", [{}, {"text": " ", "urgency": "now"}, {"text": "x", "urgency": "?", "operation": "x"}])
def test_garbage_findings_come_back(visit_in_repair: WorkOrder, technician: User, data: dict[str, str]) -> None:
    assert client_of(technician).act(url("report", first_job(visit_in_repair).pk), data).status_code == 422


def test_a_finding_is_settled_with_words(visit_in_repair: WorkOrder, technician: User, supervisor: User) -> None:
    found = services.report_finding(first_job(visit_in_repair), by=Actor.of(technician), text="異音", urgency="soon")
    person = client_of(supervisor)
    assert person.act(url("settle", found.pk)).status_code == 422
    person.act(url("settle", found.pk), {"note": "屬正常"})
    found.refresh_from_db()
    assert (found.state, found.settled_by) == ("decided", supervisor)


def test_looking_at_progress(visit_in_repair: WorkOrder, supervisor: User) -> None:
    person = client_of(supervisor)
    assert url("look", visit_in_repair.pk) in person.get(visit_in_repair.get_absolute_url()).content.decode()
    person.act(url("look", visit_in_repair.pk), {"note": "順利"})
    check = visit_in_repair.progress_checks.get()
    assert (check.by_user, check.note) == (supervisor, "順利")


def test_a_note_too_long_is_said_to_be_so_and_nothing_is_kept(visit_in_repair: WorkOrder, supervisor: User) -> None:
    page = client_of(supervisor).act(url("look", visit_in_repair.pk), {"note": "長" * 201}, follow=True)
    assert "at most 200 characters" in page.content.decode()
    assert not visit_in_repair.progress_checks.exists()
